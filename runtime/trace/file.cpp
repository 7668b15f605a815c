#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <once/trace/file.hpp>
#include <once/trace/text.hpp>

namespace once {
namespace {

constexpr const char* kHeading = "# once trace 1 (docs/tracing.md); read it with: once explain\n";

}  // namespace

TraceFile::TraceFile(std::string path, std::uint64_t octets_max)
    : path_(std::move(path)), turn_at_(octets_max / 2) {
  if (!open()) throw std::system_error{errno, std::generic_category(), path_};
}

TraceFile::~TraceFile() {
  if (file_ >= 0) ::close(file_);
}

bool TraceFile::open() {
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file_ < 0) return false;
  struct stat about {};
  octets_ = ::fstat(file_, &about) == 0 && about.st_size > 0 ? static_cast<std::uint64_t>(about.st_size) : 0;
  partial_ = octets_ > 0;  // an earlier life may have been cut off within a line
  if (octets_ == 0) write(kHeading);
  return true;
}

void TraceFile::rotate() {
  ::close(std::exchange(file_, -1));
  if (std::rename(path_.c_str(), (path_ + ".1").c_str()) != 0) std::remove(path_.c_str());
  open();
}

bool TraceFile::write(const std::string& line) {
  if (file_ < 0) return false;
  const std::string text = partial_ ? "\n" + line : line;
  ssize_t written = 0;
  do {
    written = ::write(file_, text.data(), text.size());
  } while (written < 0 && errno == EINTR);
  if (written <= 0) return false;
  octets_ += static_cast<std::uint64_t>(written);
  partial_ = static_cast<std::size_t>(written) < text.size();
  return !partial_;
}

void TraceFile::on_event(const TraceEvent& event) {
  const std::string line = trace::to_line(event) + "\n";
  const std::lock_guard lock{mutex_};
  if (octets_ >= turn_at_) rotate();
  if (dropped_untold_ > 0 &&
      write("# missing: " + std::to_string(dropped_untold_) + " events that could not be written\n")) {
    dropped_untold_ = 0;
  }
  if (dropped_untold_ == 0 && write(line)) return;
  ++dropped_;
  ++dropped_untold_;
}

std::uint64_t TraceFile::dropped() const {
  const std::lock_guard lock{mutex_};
  return dropped_;
}

std::shared_ptr<Tracer> trace_to(std::string path) {
  return std::make_shared<TraceFile>(std::move(path));
}

}  // namespace once
