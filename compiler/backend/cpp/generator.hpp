// The C++ generator: from a model to source text.
//
//   BASE.once.hpp      the types, and for each interface its Stub and its Servant
//   BASE.once.co.hpp   for each interface its CoServant, the servant base whose functions are coroutines
//   BASE.once.cpp      what makes them work; with Options::parts in several files, BASE.once.cpp,
//   BASE.once.2.cpp, …
//
// The output depends on the model and the options alone: the same input gives the same octets.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/model.hpp"
#include "support/source.hpp"

namespace oncec::backend::cpp {

struct Options {
  /// The name of the IDL file without folders and ".idl"; the files are named for it.
  std::string base_name;
  /// The codecs that the code is generated for, in order: "cdr", "xdr". At least one.
  std::vector<std::string> codecs;
  /// Over how many .cpp files the code is spread, so that large IDL files compile in parallel. At least 1;
  /// there are always so many files, for build systems want to know their names beforehand.
  std::size_t parts = 1;
};

struct GeneratedFile {
  std::string name;
  std::string content;
};

/// Something in the model that has no form in C++; an error at its place.
struct Problem {
  SourceRange range;
  std::string text;
};

struct Output {
  std::vector<GeneratedFile> files;  // none if there are problems
  std::vector<Problem> problems;
};

Output generate(const model::Model& model, const Options& options);

}  // namespace oncec::backend::cpp
