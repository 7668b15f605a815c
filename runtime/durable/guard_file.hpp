// FILE-once, which stands beside a store's file: it is locked while a server uses the store, and says how far
// the file had come, so that an older copy of the file is found out.
#pragma once

#include <cstdint>
#include <string>

namespace once::durable {

class GuardFile {
 public:
  struct Mark {
    std::uint64_t store = 0;    // of the file that it stands beside; 0: none yet
    std::uint64_t commits = 0;  // that the file has had, at least
  };

  /// Opens or makes it, and locks it. Throws StoreError: another process has it.
  explicit GuardFile(const std::string& store_file);
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
