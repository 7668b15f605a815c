// Where a process stops until whoever started it lets it go on, or kills it there: the other side is
// Process::let_go().
#pragma once

#include <mutex>
#include <string>

namespace demo {

class Gate {
 public:
  /// Writes the line to standard output, and waits for an octet on standard input. One thread at a time: an octet
  /// answers the line that it belongs to. Nobody is waited for when standard input has ended. Throws
  /// std::system_error.
  void pass(std::string line);

 private:
  std::mutex mutex_;
};

}  // namespace demo
