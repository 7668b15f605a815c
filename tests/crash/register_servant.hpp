// The harness's registers: in memory, and in a journal that a kill leaves as it is.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "transfers.once.hpp"

namespace crash {

class RegisterServant final : public Registers::Servant {
 public:
  /// `stale`, a bug: now and then a read is answered with what the last write has overwritten.
  RegisterServant(std::string journals, bool stale) : journals_(std::move(journals)), stale_(stale) {}

  Found read(once::Call& call, std::uint32_t number, std::uint32_t key, const Octets& ballast) override;
  Found write(once::Call& call, std::uint32_t number, std::uint32_t key, std::int64_t value,
              const Octets& ballast) override;
  Found compare_and_set(once::Call& call, std::uint32_t number, std::uint32_t key, std::int64_t expected,
                        std::int64_t value) override;

 private:
  struct Register {
    std::int64_t value = 0;
    std::int64_t overwritten = 0;
  };
  /// Of an earlier server, if this one has not used it.
  Register& at(std::uint32_t key);
  /// The call has run once the journal says so.
  Found set(std::uint32_t number, std::uint32_t key, std::int64_t value);

  const std::string journals_;  // a folder
  std::map<std::uint32_t, Register> registers_;
  const bool stale_;
};

}  // namespace crash
