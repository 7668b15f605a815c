// A client core with its fragment layer, in virtual time, and the judge over it. What a server would say is made up, from
// what the client sends; whatever it is told, these hold (docs/testing.md, "What is checked, and where"):
//   S2  NotSent: nothing of the request ever left; NotExecuted, Executed, ReplyLost: only if an answer said so
//   S3  a reply is one that came for this call
//   S5  a maybe call is sent once
//   S6  every call ends once, and not after its deadline
//   C   an at-most-once call is sent in one session under one number, which is no other call's; no number is
//       acknowledged whose call has not ended
//   T   a timer that has fired is set to a later time
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/client_core.hpp"
#include "core/fragments/fragments.hpp"
#include "harness.hpp"
#include "sealing.hpp"

namespace once::fuzz {

class ClientWorld {
 public:
  /// A message of the client's that an answer can be given to.
  struct Sent {
    core::MessageType type = core::MessageType::Hello;
    core::Hello hello;
    core::SessionMessage message;
  };
  struct Call {
    core::CallKey key = 0;
    Semantics semantics = Semantics::AtMostOnce;
    Time deadline = kNever;
    Sequence number = 0;  // in a lasting session
    std::uint32_t sent = 0;
    std::optional<RequestId> id;  // as it was sent last
    bool ended = false;
  };

  /// `tiny`: limits that a few calls reach. `lasting`: a session that outlives the client.
  ClientWorld(bool tiny, bool lasting);

  void start(Semantics semantics, std::size_t size, Duration time_left);
  void cancel(std::size_t call);
  /// The caller will not make the call again.
  void finish(std::size_t call);
  void connect(std::size_t path);
  void disconnect();
  void fail_to_connect();
  void keep_session(bool wanted);
  /// The transport could not take the message that was sent last.
  void take_back();
  void pass(Duration time);
  void deliver(const Bytes& message);
  /// In fragments, as a path with small datagrams would bring it.
  void deliver_in_fragments(const Bytes& message);
  /// Time passes until all deadlines are over; then the client closes.
  void come_to_rest();

  std::vector<Call> calls;
  std::vector<Sent> sent;  // the latest last

 private:
  using Content = std::vector<std::uint8_t>;

  void settle();
  void take_messages();
  void take_completions();
  void judge_request(const Slice& body, const core::SessionMessage& message);
  void judge_acknowledgement(const core::SessionMessage& message) const;
  void judge_completion(Call& call, const core::CallCompletion& completion);
  void remember_answer(ByteView octets);
  void judge_deadlines() const;
  std::size_t pending() const;

  Time now_{std::chrono::seconds{1000}};
  core::ClientConfig config_;
  std::optional<core::ClientCore> client_;
  std::optional<core::Fragments> fragments_;
  core::Path path_;
  bool connected_ = false;
  std::map<core::CallKey, std::size_t> by_key_;
  std::map<RequestId, std::size_t> by_number_;
  std::set<RequestId> told_not_run_, told_lost_, told_to_come_again_;
  std::multimap<RequestId, Content> replies_;
  std::uint64_t transfers_ = 0;
};

}  // namespace once::fuzz
