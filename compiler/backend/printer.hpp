// Writes generated text from templates that look like it:
//
//     printer.emit(R"(
//       class $name$ final {
//        public:
//         $members$
//       };
//     )", {{"name", name}, {"members", [&] { for (…) printer.emit(…); }}});
//
// A template is a raw string. Its first line is empty, and the indentation that all its lines share is taken
// off; what is left is kept, and put behind the indentation of the place that the text goes to. `$name$`
// stands for a string or for a block. A block stands alone on its line, and writes with further calls of
// emit(); a block that writes nothing leaves no line. A string of several lines keeps the indentation of its
// first. Empty lines that meet become one, and none is left inside a brace that is not a namespace's.
// `$$` is a dollar sign.
//
// A name that the call does not give, and one that the template does not use, end the program: both are
// mistakes in the generator.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace oncec::backend {

class Printer {
 public:
  using Block = std::function<void()>;

  /// What a name stands for in one call of emit().
  struct Substitution {
    Substitution(std::string_view substituted, std::string text)
        : name(substituted), value(std::move(text)) {}
    Substitution(std::string_view substituted, std::string_view text)
        : name(substituted), value(std::string(text)) {}
    Substitution(std::string_view substituted, const char* text)
        : name(substituted), value(std::string(text)) {}
    template <std::invocable Function>
    Substitution(std::string_view substituted, Function block)
        : name(substituted), value(Block(std::move(block))) {}

    std::string_view name;
    std::variant<std::string, Block> value;
  };

  void emit(std::string_view text, std::initializer_list<Substitution> substitutions = {});
  /// An empty line, unless there is one already.
  void blank_line();

  /// All that was written, ending with the end of a line.
  const std::string& text() const { return text_; }

 private:
  void emit_line(std::string_view line, std::initializer_list<Substitution> substitutions, unsigned& used);
  /// One finished line without its end; empty lines are held back until something follows.
  void write_line(std::string_view line);

  std::string text_;
  std::size_t indentation_ = 0;
  bool blank_line_due_ = false;
  bool just_opened_ = false;  // the last line opened a brace, but not a namespace's
};

}  // namespace oncec::backend
