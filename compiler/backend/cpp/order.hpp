// In which order the header declares things. IDL asks for a declaration before its use; C++ asks for more:
// what is held by value must be complete. And a type that is nested in an interface is only declared inside
// the interface's struct; it is defined after it, where the types that it holds may be complete.
#pragma once

#include <vector>

#include "model/model.hpp"

namespace oncec::backend::cpp {

struct Piece {
  enum class Kind {
    Forward,     // "struct Node;": a struct, a union, or an interface
    Interface,   // the struct that is an interface's name, with all that is nested in it
    Definition,  // of a type, a constant or an exception
    Stubs,       // an interface's result structs, stub and servant
  };
  Kind kind;
  const model::Declaration* declaration;
};

/// All pieces of the header, each after what it needs. Imported declarations are none of them.
std::vector<Piece> header_order(const model::Model& model);

}  // namespace oncec::backend::cpp
