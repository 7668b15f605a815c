// Code around every call: logging, metrics, authorization. Wrappers see bytes and headers, never decoded
// arguments.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <once/rpc/channel.hpp>
#include <once/rpc/servant.hpp>

namespace once {

class Next;

/// Around a dispatch: answers by itself, or calls next(request, std::move(respond)). Runs where the servant
/// runs. The request may be used until both the answer is given and the wrapper has returned.
using Wrapper = std::function<void(Request& request, Responder respond, Next next)>;

/// The rest of the way to the servant. A value; used at most once.
class Next {
 public:
  Next(const std::vector<Wrapper>& wrappers, std::size_t index, Servant& servant)
      : wrappers_(&wrappers), index_(index), servant_(&servant) {}

  void operator()(Request& request, Responder respond) const {
    if (index_ == wrappers_->size()) {
      servant_->dispatch(request, std::move(respond));
    } else {
      (*wrappers_)[index_](request, std::move(respond), Next{*wrappers_, index_ + 1, *servant_});
    }
  }

 private:
  const std::vector<Wrapper>* wrappers_;
  std::size_t index_;
  Servant* servant_;
};

/// What becomes of an outgoing call; called once, on the thread where the call ends.
using CallDone = std::function<void(RawOutcome)>;
/// The rest of the way to the server.
using CallNext = std::function<void(OutgoingCall call, CallDone done)>;
/// Around an outgoing call: calls next(std::move(call), std::move(done)) before it returns, with a `done` of
/// its own if it wants to see the outcome, or ends the call by done(outcome).
using CallWrapper = std::function<void(OutgoingCall call, CallDone done, const CallNext& next)>;

}  // namespace once
