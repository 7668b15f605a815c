#include "rpc/wrapped_channel.hpp"

#include <utility>

namespace once::detail {
namespace {

/// Carries the end of an asynchronous call back through the wrappers.
class WrappedCall final : public PendingCall {
 public:
  explicit WrappedCall(CallDone done) : done_(std::move(done)) {}
  void complete(RawOutcome outcome, CompletedIn) override {
    const std::unique_ptr<WrappedCall> self{this};
    done_(std::move(outcome));
  }

 private:
  CallDone done_;
};

}  // namespace

void WrappedChannel::pass(std::size_t index, OutgoingCall call, CallDone done, const CallNext& last) const {
  if (index == wrappers_->size()) {
    last(std::move(call), std::move(done));
    return;
  }
  const CallNext next = [this, index, &last](OutgoingCall passed, CallDone passed_done) {
    pass(index + 1, std::move(passed), std::move(passed_done), last);
  };
  (*wrappers_)[index](std::move(call), std::move(done), next);
}

RawOutcome WrappedChannel::call(OutgoingCall call) {
  RawOutcome result;
  pass(
      0, std::move(call), [&result](RawOutcome outcome) { result = std::move(outcome); },
      [this](OutgoingCall last, const CallDone& done) { done(inner_->call(std::move(last))); });
  return result;
}

std::uint64_t WrappedChannel::start(OutgoingCall call, PendingCall& pending) {
  std::uint64_t number = 0;
  pass(
      0, std::move(call),
      // Posted in any case: whether a wrapper ended the call inside start() cannot be told.
      [&pending](RawOutcome outcome) { pending.complete(std::move(outcome), CompletedIn::Initiation); },
      [this, &number](OutgoingCall last, CallDone done) {
        number = inner_->start(std::move(last), *new WrappedCall{std::move(done)});
      });
  return number;
}

}  // namespace once::detail
