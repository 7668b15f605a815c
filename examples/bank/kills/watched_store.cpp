#include "kills/watched_store.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace demo {
namespace {

constexpr std::array<std::string_view, 5> kPoints{"arrived", "begun", "written", "committed", "answered"};

}  // namespace

std::string to_string(const Step& step) {
  std::string text{kPoints.at(static_cast<std::size_t>(step.point))};
  text += ' ' + std::to_string(step.id.session) + ' ' + std::to_string(step.id.sequence);
  return text;
}

std::optional<Step> parse_step(std::string_view line) {
  std::istringstream in{std::string{line}};
  std::string word;
  Step step;
  if (!(in >> word >> step.id.session >> step.id.sequence)) return std::nullopt;
  const auto* const found = std::find(kPoints.begin(), kPoints.end(), word);
  if (found == kPoints.end()) return std::nullopt;
  step.point = static_cast<Point>(found - kPoints.begin());
  return step;
}

void WatchedStore::run(once::RequestId id, std::function<once::Effect(once::Transaction&)> work,
                       std::function<void(once::Errc)> done) {
  watch_({Point::Arrived, id});
  store_.run(
      id,
      [this, id, work = std::move(work)](once::Transaction& transaction) {
        watch_({Point::Begun, id});
        once::Effect effect = work(transaction);
        watch_({Point::Written, id});
        return effect;
      },
      [this, id, done = std::move(done)](once::Errc error) {
        if (error == once::Errc::ok) watch_({Point::Committed, id});
        done(error);
        watch_({Point::Answered, id});
      });
}

}  // namespace demo
