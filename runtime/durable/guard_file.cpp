#include "durable/guard_file.hpp"

#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include <once/rpc/store.hpp>

namespace once::durable {
namespace {

constexpr std::size_t kSizeMax = 128;
constexpr const char* kForm = "once file %016" PRIx64 "\ncommits %020" PRIu64 "\nprocess %d\n";
constexpr const char* kFormRead = "once file %" SCNx64 " commits %" SCNu64 " process %d";

struct Contents {
  GuardFile::Mark mark;
  int process = 0;
};

Contents read_from(int descriptor) {
  std::array<char, kSizeMax> text{};
  Contents contents;
  if (::pread(descriptor, text.data(), text.size() - 1, 0) > 0) {
    std::sscanf(text.data(), kFormRead, &contents.mark.file, &contents.mark.commits, &contents.process);
  }
  return contents;
}

}  // namespace

GuardFile::GuardFile(const std::string& file) : name_(file + "-once") {
  descriptor_ = ::open(name_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw StoreError{name_ + ": " + std::strerror(errno)};
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(descriptor_, F_OFD_SETLK, &lock) != 0) {
    const int error = errno;
    const int process = read_from(descriptor_).process;
    ::close(descriptor_);
    if (error != EACCES && error != EAGAIN) throw StoreError{name_ + ": " + std::strerror(error)};
    throw StoreError{file + " is in use by another process (" + std::to_string(process) +
                     "): stop that one first, or give this one a file of its own"};
  }
  mark_ = read_from(descriptor_).mark;
}

GuardFile::~GuardFile() {
  ::close(descriptor_);
}

void GuardFile::set(const Mark& mark) {
  mark_ = mark;
  std::array<char, kSizeMax> text{};
  const int size = std::snprintf(text.data(), text.size(), kForm, mark.file, mark.commits, ::getpid());
  // If it cannot be written, an older copy is not found out: no reason to stop serving.
  if (::pwrite(descriptor_, text.data(), static_cast<std::size_t>(size), 0) < 0) return;
}

}  // namespace once::durable
