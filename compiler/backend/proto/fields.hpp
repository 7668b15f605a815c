// Which fields a type's Protocol Buffers message has, and their numbers: the same for the .proto file and for
// the C++ codec.
//
// A member's number is its @id(n); without one it is one more than that of the member before it, from 1 on.
// A base's members come first, and those of the derived struct go on behind them. Numbers that Protocol
// Buffers keeps for itself (19000 to 19999) are passed over.
//
//   a union        `discriminator` is 1, the arms follow from 2 on
//   a request      the parameters that go there, from 1 on
//   a reply        the result is 1, whether there is one or not; the parameters that come back follow from 2
//   on
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/output.hpp"
#include "model/model.hpp"

namespace oncec::backend::proto {

struct Field {
  const std::string* name = nullptr;  // as in the IDL; nullptr: a result
  const model::Type* type = nullptr;
  const std::string* doc = nullptr;  // nullptr: cannot have one
  std::uint32_t number = 0;
  const model::Member* member = nullptr;  // nullptr: a parameter or a result
  SourceRange range;
  const model::Declaration* owner = nullptr;  // the struct that declares the member; it may be a base
  std::size_t arm = 0;                        // of a union: the index of the case
};

/// Of a struct, its bases' first, or of an exception.
std::vector<Field> fields_of(const model::Declaration& declaration);
/// Of a union's arms with data.
std::vector<Field> fields_of(const model::Union& onion);
std::vector<Field> request_of(const model::Operation& operation);
std::vector<Field> reply_of(const model::Operation& operation);

/// Reports what has no form in Protocol Buffers, and numbers that cannot be: of everything that is not
/// imported.
void check(const model::Model& model, std::vector<Problem>& problems);

}  // namespace oncec::backend::proto
