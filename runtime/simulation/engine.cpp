#include "simulation/engine.hpp"

#include <algorithm>

#include "simulation/life.hpp"

namespace once::simulation {
namespace {

constexpr std::size_t kNotesMax = 24;

}  // namespace

Engine::Key Engine::plan(Duration at, Task task, Life* life) {
  const Key key{std::max(at, now_), ++planned_};
  events_.emplace(key, Event{life, std::move(task)});
  return key;
}

void Engine::drop_all(const Life& life) {
  std::vector<Task> dropped;  // and destroyed when the queue is in order again: they may plan and drop others
  for (auto event = events_.begin(); event != events_.end();) {
    if (event->second.life == &life) {
      dropped.push_back(std::move(event->second.task));
      event = events_.erase(event);
    } else {
      ++event;
    }
  }
}

void Engine::clear() {
  while (!events_.empty()) std::exchange(events_, {}).clear();
}

std::optional<Duration> Engine::next() const {
  if (events_.empty()) return std::nullopt;
  return events_.begin()->first.at;
}

bool Engine::step() {
  auto event = events_.extract(events_.begin());
  const Life* const life = event.mapped().life;
  if (life != nullptr && life->stands_still_until() > event.key().at) {
    event.key().at = life->stands_still_until();
    events_.insert(std::move(event));
    return false;
  }
  now_ = event.key().at;
  ++summary.events;
  mix(static_cast<std::uint64_t>(now_.count()));
  mix(event.key().number);
  event.mapped().task();
  return true;
}

void Engine::trace(TraceEvent event) {
  event.at = Time{now_};
  switch (event.step) {
    case TraceStep::CallBegan: note(event.host, "calls " + event.operation); break;
    case TraceStep::ExecutionBegan: note(event.host, "runs " + event.operation); break;
    case TraceStep::CallEnded: {
      const std::string_view outcome = event.outcome ? to_string(*event.outcome) : "?";
      note(event.host, "has the outcome of " + event.operation + ": " + std::string{outcome} +
                           (event.text.empty() ? "" : ", " + event.text));
      break;
    }
    default: break;
  }
  if (keeps_trace_) trace_.push_back(std::move(event));
}

void Engine::note(const std::string& host, std::string text) {
  if (notes_.size() == kNotesMax) notes_.pop_front();
  notes_.push_back({now_, host, std::move(text)});
}

void Engine::note(const std::string& host, TraceStep step, std::string text) {
  TraceEvent event;
  event.host = host;
  event.step = step;
  event.text = text;
  trace(std::move(event));
  note(host, std::move(text));
}

void Engine::fail(std::string check, std::string text) {
  if (!problem_) problem_ = Problem{std::move(check), std::move(text)};
}

}  // namespace once::simulation
