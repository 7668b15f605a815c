// Repository ids (CORBA 3.3, part 1, 14.7.5; OMG IDL 4.2, 7.4.6.4): "IDL:", a prefix, the scoped name, a
// version.
//
// - `#pragma prefix "P"` holds to the end of its scope or of its file; an included file begins without one.
// - `typeprefix S "P"` holds for the scope S and all in it, wherever it stands.
// - `#pragma ID name "…"` and `typeid name "…"` give the whole id, `#pragma version name 1.2` its end.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "frontend/names.hpp"
#include "frontend/syntax.hpp"
#include "model/model.hpp"

namespace oncec::frontend {

class RepositoryIds {
 public:
  RepositoryIds(const Syntax& syntax, Names& names, Reporter& reporter);

  /// Obeys the #pragma lines that stand before the token and have not been obeyed yet, in this scope.
  void obey_pragmas_before(const antlr4::Token& token, Scope& scope);
  /// A scope that may hold a `#pragma prefix` of its own.
  void enter_scope() { prefixes_.emplace_back(); }
  void leave_scope() { prefixes_.pop_back(); }

  /// Every declaration passes here once, with its place.
  void declared(const model::Declaration& declaration, const SourceFile* file);
  /// What was declared in place inside a struct has that in its id: `path` is S/T for T in S.
  void in_place(const model::Declaration& declaration, std::string path) {
    paths_.emplace(&declaration, std::move(path));
  }
  void give_id(const model::Declaration& declaration, const std::string& id, SourceRange range);
  void give_prefix(const model::Declaration& declaration, const std::string& prefix, SourceRange range);

  /// Writes the ids into the declarations, when all has been read.
  void assign(model::Model& model) const;

 private:
  struct Given {
    std::string text;
    SourceRange range;
  };
  using Gifts = std::unordered_map<const model::Declaration*, Given>;

  void obey(const antlr4::Token& token, Scope& scope);
  void obey_for_name(std::string_view word, std::string_view rest, SourceRange range, Scope& scope);
  void give(Gifts& gifts, std::string_view what, const model::Declaration& declaration,
            const std::string& text, SourceRange range);
  std::string id_of(const model::Declaration& declaration) const;

  const Syntax& syntax_;
  Names& names_;
  Reporter& reporter_;
  std::vector<const antlr4::Token*> pragmas_;
  std::size_t next_pragma_ = 0;
  std::vector<std::map<const SourceFile*, std::string>> prefixes_{1};     // by scope, the file's first
  std::unordered_map<const model::Declaration*, std::string> prefix_of_;  // by pragma, when it was declared
  std::unordered_map<const model::Declaration*, std::string> paths_;
  Gifts ids_;
  Gifts versions_;
  Gifts type_prefixes_;
};

}  // namespace oncec::frontend
