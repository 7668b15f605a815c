// FILE-once, which stands beside a file that must not be lost: it is locked while a process uses the file, and says
// how far the file had come, so that an older copy of it is found out.
#pragma once

#include <cstdint>
#include <string>

namespace once::durable {

class GuardFile {
 public:
  struct Mark {
    std::uint64_t file = 0;     // the id of the one that it stands beside; 0: none yet
    std::uint64_t commits = 0;  // that the file has had, at least
  };

  /// Opens or makes it, and locks it. Throws StoreError: another process has it.
  explicit GuardFile(const std::string& file);
  GuardFile(const GuardFile&) = delete;
  GuardFile& operator=(const GuardFile&) = delete;
  ~GuardFile();

  const Mark& mark() const { return mark_; }
  /// After a commit that is on disk. It is not waited for: the mark may fall behind the file, never the other way
  /// round.
  void set(const Mark& mark);

 private:
  std::string name_;
  int descriptor_ = -1;
  Mark mark_;
};

}  // namespace once::durable
