#include "register_servant.hpp"

#include <vector>

#include "kills/lines.hpp"
#include "registers.hpp"

namespace crash {

Found RegisterServant::read(once::Call&, std::uint32_t number, std::uint32_t key, const Octets&) {
  constexpr std::uint32_t kFresh = 8;  // reads, for one that is stale
  const Register found = at(key);
  (void)set(number, key, found.value);
  return {number, stale_ && number % kFresh == 0 ? found.overwritten : found.value};
}

Found RegisterServant::write(once::Call&, std::uint32_t number, std::uint32_t key, std::int64_t value,
                             const Octets&) {
  return set(number, key, value);
}

Found RegisterServant::compare_and_set(once::Call&, std::uint32_t number, std::uint32_t key,
                                       std::int64_t expected, std::int64_t value) {
  const std::int64_t found = at(key).value;
  return set(number, key, found == expected ? value : found);
}

RegisterServant::Register& RegisterServant::at(std::uint32_t key) {
  const auto [place, is_new] = registers_.try_emplace(key);
  if (is_new) {
    const std::vector<RegisterRun> runs = read_journal(journal_of(journals_, key));
    if (!runs.empty()) place->second.value = runs.back().value;
  }
  return place->second;
}

Found RegisterServant::set(std::uint32_t number, std::uint32_t key, std::int64_t value) {
  Register& one = at(key);
  demo::Log{journal_of(journals_, key)}.write(to_string(RegisterRun{number, key, value}));
  const std::int64_t found = one.value;
  if (found != value) one = {value, found};
  return {number, found};
}

}  // namespace crash
