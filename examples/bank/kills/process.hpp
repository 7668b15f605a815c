// A child process whose standard output is read line by line, and which waits where it is told to (gate.hpp).
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace demo {

class Process {
 public:
  /// Starts this very program with other words. Throws std::system_error.
  explicit Process(const std::vector<std::string>& words);
  /// A child that is still there is killed and waited for.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// The next line of its output, without the end of line; nothing when it has closed its output.
  std::optional<std::string> read_line();
  /// Waits until one of them has something to read, or has closed its output, and returns which: if there are
  /// several, the first.
  static Process& first_ready(const std::vector<Process*>& processes);
  /// Answers a line for which it waits. One that has ended does not mind.
  void let_go();
  /// Ends it at once, in the middle of whatever it does (SIGKILL). What it has written can still be read.
  void kill_now();
  /// Asks it to end (SIGTERM).
  void ask_to_end();
  /// Waits for its end. Its exit status, or 128 and the signal that ended it.
  int wait();

 private:
  pid_t pid_ = -1;
  int input_ = -1;  // this side's ends
  int output_ = -1;
  std::string unread_;
};

/// The next line; throws std::runtime_error that says `who` has ended if there is none.
std::string expect_line(Process& process, const char* who);

}  // namespace demo
