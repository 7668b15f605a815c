// Several event loops for one server: one io_context and one thread each.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace asio {
class io_context;
}

namespace once {

class Loops {
 public:
  /// `count`: 1 to 256.
  explicit Loops(std::size_t count);
  ~Loops();
  Loops(const Loops&) = delete;
  Loops& operator=(const Loops&) = delete;

  std::size_t size() const { return contexts_.size(); }
  asio::io_context& operator[](std::size_t index) { return *contexts_[index]; }

  /// Runs all loops until they have no work: the first on the calling thread, each other one on a thread of
  /// its own that ends before run() returns.
  void run();
  /// Makes run() return as soon as it can. Any thread.
  void stop();

 private:
  std::vector<std::unique_ptr<asio::io_context>> contexts_;
};

}  // namespace once
