// The servant that is measured.
#pragma once

#include <once/once.hpp>

#include "bench.once.hpp"

namespace peerbench {

/// Gives back what it gets, for either interface.
template <class Interface>
class Echo final : public Interface::Servant {
 public:
  void null(once::Call&) override {}
  Payload echo_bytes(once::Call&, const Payload& data) override { return data; }
  Persons echo_persons(once::Call&, const Persons& persons) override { return persons; }
};

}  // namespace peerbench
