// What the compiler has to say about a file: errors, warnings, and notes at other places. Collected in any
// order, printed in the order of the text:
//
//     bank.idl:12:20: error: union case label 3 repeated
//        12 |     case 1: case 3: string note;
//           |                     ^
//     bank.idl:10:10: note: first used here
//        10 |     case 3: long long cents;
//           |          ^
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "support/source.hpp"

namespace oncec {

enum class Severity : std::uint8_t { Warning, Error };

/// One message. `code` tells which kind it is, in the numbering of whoever reported it.
struct Diagnostic {
  static constexpr std::uint32_t kNoCode = ~std::uint32_t{0};

  struct Note {
    SourceRange range;
    std::string text;
  };

  Severity severity = Severity::Error;
  std::uint32_t code = 0;
  SourceRange range;
  std::string text;
  std::string_view name;  // of a warning: by which it is turned off; it lives as long as the program
  std::vector<Note> notes;

  /// Adds "note: text" at another place; a place in a built-in file is nothing to show, and adds none.
  Diagnostic& note(SourceRange where, std::string what);
};

/// What -W knows by a name, and what such a warning says.
struct WarningKind {
  std::string_view name;
  std::string text;
};

class Diagnostics {
 public:
  /// The reference lives until the next call.
  Diagnostic& add(Severity severity, std::uint32_t code, SourceRange range, std::string text);

  std::size_t errors() const { return errors_; }
  const std::vector<Diagnostic>& all() const { return all_; }

  /// Orders by place, so that errors of all phases are read from the top of a file to its end. Files keep the
  /// order in which they came up first.
  void sort();

 private:
  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0;
};

struct PrintOptions {
  bool colours = false;
  std::size_t errors_max = 0;  // 0: all
};

/// Prints them as above. Beyond `errors_max` errors one line says how many are left.
void print(std::ostream& out, const Diagnostics& diagnostics, const PrintOptions& options);

}  // namespace oncec
