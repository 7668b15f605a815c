#include "kills/process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace demo {

Process::Process(const std::vector<std::string>& words) {
  int inputs[2];  // sockets: to write to one whose other side has ended need not be a signal
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, inputs) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  int outputs[2];
  if (pipe2(outputs, O_CLOEXEC) != 0) {
    const int error = errno;
    close(inputs[0]);
    close(inputs[1]);
    throw std::system_error(error, std::generic_category(), "pipe");
  }
  input_ = inputs[0];
  output_ = outputs[0];

  std::vector<std::string> all{program_invocation_short_name};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  arguments.reserve(all.size() + 1);
  for (std::string& word : all) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, inputs[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, outputs[1], STDOUT_FILENO);
  const int error = posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(inputs[1]);
  close(outputs[1]);
  if (error != 0) {
    pid_ = -1;
    close(input_);
    close(output_);
    throw std::system_error(error, std::generic_category(), "starting a child process");
  }
}

Process::~Process() {
  kill_now();
  close(input_);
  close(output_);
}

Process& Process::first_ready(const std::vector<Process*>& processes) {
  std::vector<pollfd> outputs;
  for (Process* const process : processes) {
    if (process->unread_.find('\n') != std::string::npos) return *process;
    outputs.push_back({process->output_, POLLIN, 0});
  }
  while (poll(outputs.data(), outputs.size(), -1) < 0 && errno == EINTR) {
  }
  const auto ready =
      std::find_if(outputs.begin(), outputs.end(), [](const pollfd& output) { return output.revents != 0; });
  return *processes.at(static_cast<std::size_t>(ready - outputs.begin()));
}

void Process::let_go() {
  const char octet = 0;
  while (send(input_, &octet, 1, MSG_NOSIGNAL) < 0) {
    if (errno == EPIPE || errno == ECONNRESET) return;
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "letting a child go on");
  }
}

void Process::kill_now() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  wait();
}

std::optional<std::string> Process::read_line() {
  for (;;) {
    if (const auto end = unread_.find('\n'); end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    char chunk[4096];
    const ssize_t count = read(output_, chunk, sizeof chunk);
    if (count > 0) {
      unread_.append(chunk, static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      return std::nullopt;
    }
  }
}

void Process::ask_to_end() {
  if (pid_ > 0) kill(pid_, SIGTERM);
}

int Process::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string expect_line(Process& process, const char* who) {
  auto line = process.read_line();
  if (!line) throw std::runtime_error(std::string(who) + " ended before its time");
  return *std::move(line);
}

}  // namespace demo
