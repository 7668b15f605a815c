// What a channel remembers of a call that is in its core: who waits for it, and what to say if it fails.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <vector>

#include <once/rpc/channel.hpp>

#include "rpc/call_outcome.hpp"

namespace once::detail {

struct CallRecord {
  CallInfo info;
  std::uint64_t traced = 0;        // its number in traces; 0: nobody is told
  RequestId traced_as;             // what it was last bound to
  PendingCall* pending = nullptr;  // an asynchronous call's; null: a thread waits
  // Of a thread that waits:
  RawOutcome outcome;
  bool done = false;
  std::condition_variable wake;

  std::uintptr_t token() { return reinterpret_cast<std::uintptr_t>(this); }
  static CallRecord& of(std::uintptr_t token) {
    return *reinterpret_cast<CallRecord*>(token);  // NOLINT(performance-no-int-to-ptr): the core's tokens
  }
};

/// Records of asynchronous calls, used again.
class CallRecords {
 public:
  CallRecord& take(CallInfo info, PendingCall& pending) {
    if (free_.empty()) {
      all_.push_back(std::make_unique<CallRecord>());
      free_.reserve(all_.capacity());
      free_.push_back(all_.back().get());
    }
    CallRecord& record = *free_.back();
    free_.pop_back();
    record.info = std::move(info);
    record.pending = &pending;
    record.traced = 0;
    record.traced_as = {};
    return record;
  }
  void give_back(CallRecord& record) {
    record.info.key = Slice{};
    record.pending = nullptr;
    free_.push_back(&record);
  }
  std::size_t taken() const { return all_.size() - free_.size(); }

 private:
  std::vector<std::unique_ptr<CallRecord>> all_;
  std::vector<CallRecord*> free_;
};

}  // namespace once::detail
