#include <exception>
#include <stdexcept>
#include <thread>

#include <asio/io_context.hpp>

#include <once/rpc/loops.hpp>

namespace once {

Loops::Loops(std::size_t count) {
  if (count == 0 || count > 256) throw std::invalid_argument{"once::Loops: 1 to 256 loops"};
  for (std::size_t i = 0; i < count; ++i) contexts_.push_back(std::make_unique<asio::io_context>(1));
}

Loops::~Loops() = default;

void Loops::run() {
  const auto run_one = [this](std::size_t index, std::exception_ptr& kept) {
    try {
      contexts_[index]->run();
    } catch (...) {
      kept = std::current_exception();  // a user's handler threw: all loops end, and run() throws it on
      stop();
    }
  };
  std::vector<std::exception_ptr> failures(contexts_.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < contexts_.size(); ++i) {
      threads.emplace_back([&, i] { run_one(i, failures[i]); });
    }
    run_one(0, failures[0]);
  }
  for (const auto& kept : failures) {
    if (kept) std::rethrow_exception(kept);
  }
}

void Loops::stop() {
  for (const auto& context : contexts_) context->stop();
}

}  // namespace once
