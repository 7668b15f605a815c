#include "simulation/loop.hpp"

#include <algorithm>

namespace once::simulation {

Loop::Loop(std::shared_ptr<Engine> engine, Life& life, std::function<Duration()> delay)
    : engine_(std::move(engine)), life_(&life), delay_(std::move(delay)) {}

void Loop::post(Task task) {
  if (life_ == nullptr) return;
  last_ = std::max(last_, engine_->now() + delay_());
  engine_->plan(last_, std::move(task), life_);
}

}  // namespace once::simulation
