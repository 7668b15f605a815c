// One C++ file while it is written: the printer, the namespace that is open, and how lists are laid out.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backend/cpp/generator.hpp"
#include "backend/cpp/names.hpp"
#include "backend/cpp/operations.hpp"
#include "backend/printer.hpp"
#include "model/model.hpp"

namespace oncec::backend::cpp {

/// The files whose types have TypeCodes.
struct DescribedFiles {
  bool this_one = false;
  std::set<const SourceFile*> included;
};

/// What all files of one run are made from.
struct Input {
  const model::Model& model;
  const Options& options;
  const Names& names;
  const std::vector<InterfacePlan>& interfaces;  // those that are defined here, in the order of definition
  const std::map<const model::Declaration*, std::size_t>&
      defined_at;  // the header's types, counted from its top
  const DescribedFiles described;
};

/// How long a line may be.
inline constexpr std::size_t kColumns = 110;

class Code {
 public:
  Printer& printer() { return printer_; }
  void emit(std::string_view text, std::initializer_list<Printer::Substitution> substitutions = {}) {
    printer_.emit(text, substitutions);
    after_short_one_ = false;
  }
  /// Before a declaration: an empty line, unless it and the one before it are short ones of a single line.
  void separate(bool is_short) {
    if (!is_short || !after_short_one_) printer_.blank_line();
  }
  /// After a declaration of a single line.
  void short_one_done() { after_short_one_ = true; }

  /// Closes namespaces and opens others until `namespaces` are those that are open; none is the global one.
  void enter(const std::vector<std::string>& namespaces);

  /// The body with what comes before it: `opening`, the header that the file belongs to, if there is one, an
  /// #include for each thing of the standard library, of Asio and of Once that the body mentions, and the
  /// other generated headers. `needed`: a mention of the table that counts though the body lacks it.
  std::string with_includes(std::string_view opening, std::string_view main_include,
                            const std::vector<std::string>& own_includes, std::string_view needed = {}) const;

 private:
  Printer printer_;
  std::vector<std::string> open_;
  bool after_short_one_ = false;
};

/// "/// " before every line; empty if there is no text.
std::string doc_comment(std::string_view text);

/// `head(item, item, …)tail`, broken between items where a line would pass the limit. `indentation`: of the
/// line that it is put on.
std::string list(std::string_view head, const std::vector<std::string>& items, std::string_view tail,
                 std::size_t indentation = 0);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace oncec::backend::cpp
