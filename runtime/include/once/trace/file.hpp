// A tracer that writes to a file what it is told.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include <once/rpc/trace.hpp>

namespace once {

/// One line for each event, handed to the system at once: what a program told before it was killed is there. Appends to
/// what an earlier life of the program has written. Nobody but the file's owner may read it, since ids of sessions are
/// in it. One file for each program.
class TraceFile final : public Tracer {
 public:
  /// When the file has half of `octets_max`, it becomes "PATH.1", in the place of an older one, and a new one is begun.
  /// Throws std::system_error if the file cannot be opened.
  explicit TraceFile(std::string path, std::uint64_t octets_max = std::uint64_t{256} << 20);
  ~TraceFile() override;
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  /// A line that cannot be written is dropped and counted; the next line that can be says how many are missing.
  void on_event(const TraceEvent& event) override;
  std::uint64_t dropped() const;

 private:
  bool open();
  void rotate();
  bool write(const std::string& line);

  const std::string path_;
  const std::uint64_t turn_at_;
  mutable std::mutex mutex_;
  int file_ = -1;
  bool partial_ = false;  // the file ends within a line
  std::uint64_t octets_ = 0;
  std::uint64_t dropped_ = 0, dropped_untold_ = 0;
};

/// `ClientOptions{.tracer = once::trace_to("client.trace")}`
std::shared_ptr<Tracer> trace_to(std::string path);

}  // namespace once
