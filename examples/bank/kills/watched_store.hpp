// A store that tells how far each exactly-once call has come, and else does what the store behind it does: so that
// somebody outside can end the process at any of these points.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <once/rpc/store.hpp>

namespace demo {

/// On a call's way through a server, in this order.
enum class Point : std::uint8_t {
  Arrived,    // the server hands it to the store
  Begun,      // its transaction is open, and the servant is about to run
  Written,    // the servant has written
  Committed,  // all of it is on disk
  Answered,   // its reply, or a refusal, is on its way
};

/// "written 42 7": the point that the call 7 of session 42 has reached.
struct Step {
  Point point = Point::Arrived;
  once::RequestId id;
};
std::string to_string(const Step& step);
std::optional<Step> parse_step(std::string_view line);

class WatchedStore final : public once::Store {
 public:
  /// Told on the thread where it happens, which goes on when `watch` returns.
  using Watch = std::function<void(const Step& step)>;

  WatchedStore(once::Store& store, Watch watch) : store_(store), watch_(std::move(watch)) {}

  Recovery recover() override { return store_.recover(); }
  asio::any_io_executor executor() const override { return store_.executor(); }
  void keep_session(once::SessionId id, once::Slice row, std::function<void(once::Errc)> done) override {
    store_.keep_session(id, std::move(row), std::move(done));
  }
  void forget_session(once::SessionId id) override { store_.forget_session(id); }
  void forget_outcome(once::RequestId id) override { store_.forget_outcome(id); }
  void run(once::RequestId id, std::function<once::Effect(once::Transaction&)> work,
           std::function<void(once::Errc)> done) override;

 private:
  once::Store& store_;
  const Watch watch_;
};

}  // namespace demo
