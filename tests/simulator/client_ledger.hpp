// What a client's messages give away about its numbers, kept beside its core: which call has which number, and what the
// server has said of it.
//
//   S1  a number is one call's for good (I3)
//   S7  a number is acknowledged when its call's completion has been handed over, or it goes on under another one (C17), not before (C11)
//   L2  a call is probed instead of repeated only if this life of the server has said that it works on it (C4)
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "oracle.hpp"
#include "wire_view.hpp"

namespace once::simulator {

class ClientLedger {
 public:
  struct Habits {
    bool always_asks = false;   // on its path the client probes without having heard anything (T3)
    bool gives_numbers = true;  // itself, each higher than those before
  };
  ClientLedger(const Oracle& oracle, Habits habits) : oracle_(oracle), habits_(habits) {}

  /// A message leaves; `call`: whose body is in it, 0 if none.
  void sent(ByteView message, CallId call);
  /// A message comes, damaged or not.
  void received(ByteView message);

 private:
  struct Number {
    CallId call = 0;
    std::vector<std::uint64_t> works_in;  // epochs that have said WORKING
    bool is_refused = false;              // as overloaded: its call goes on under another number
  };
  struct Session {
    std::map<Sequence, Number> numbers;  // windowed, not acknowledged
    Sequence highest = 0;
  };

  const Oracle& oracle_;
  Habits habits_;
  std::unordered_map<SessionId, Session> sessions_;
};

}  // namespace once::simulator
