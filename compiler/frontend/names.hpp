// Scopes, and what a name means in them (OMG IDL 4.2, 7.20 "Names and Scoping").
//
// - Names in one scope differ by more than case, and a use must have the case of the definition.
// - A name is not that of the scope right around it; for a module, case counts here.
// - Lookup of a name's first component: the scope, then its bases (two different finds are ambiguous), then
//   outwards. Further components only inside what was found. `::x` starts at the file.
// - Using a type's name introduces it: nothing else may have that name in the scope of the use.
//
// A name whose declaration was wrong is "broken": its uses are neither resolved nor complained about.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "frontend/messages.hpp"
#include "frontend/spelling.hpp"
#include "model/model.hpp"
#include "support/source.hpp"

namespace oncec::frontend {

/// An identifier where it stands. Empty text: it was missing, and that has been reported.
struct Name {
  std::string text;  // without the escaping underscore
  SourceRange range;
  bool escaped = false;
  bool included = false;  // it stands in an included file
};

/// `a::b`, `::a`.
struct Path {
  bool from_file_scope = false;
  std::vector<Name> components;
  SourceRange range;

  std::string text() const;
};

/// What a name can stand for.
struct Entity {
  enum class Kind : std::uint8_t { Declaration, Enumerator, Operation, Attribute, Member, Parameter, Broken };
  Kind kind = Kind::Broken;
  std::string name;
  SourceRange range;
  model::Declaration* declaration = nullptr;  // of an enumerator: its enum
  std::size_t index = 0;                      // of an enumerator
};

/// "a struct", "an operation" …
std::string described(const Entity& entity);

struct Scope {
  std::string name;
  std::string_view kind;  // "module", "struct" …
  Scope* parent = nullptr;
  model::Declaration* declaration = nullptr;
  std::vector<Scope*> bases;

  struct ByLowerCase {
    bool operator()(const std::string& a, const std::string& b) const;
  };
  std::multimap<std::string, Entity, ByLowerCase> names;  // several of one key only where that is forgiven
  std::map<std::string, Name, ByLowerCase> introduced;

  /// The entity of that name, or else one whose name differs in case only.
  const Entity* find(const std::string& wanted) const;
};

class Names {
 public:
  explicit Names(Reporter& reporter);

  Scope& file_scope() { return scopes_.front(); }
  /// A new scope in `parent`. The bases may be added later.
  Scope& open(Scope& parent, std::string_view kind, const std::string& name, model::Declaration* declaration);
  /// The scope that a declaration opened, or nullptr.
  Scope* scope_of(const model::Declaration& declaration) const;

  /// Enters a name, or reports why it cannot be entered and returns false.
  bool declare(Scope& scope, const Name& name, Entity entity);

  enum class Use : std::uint8_t { Type, Other };
  /// What the name means, or nullptr: reported, or broken and so not worth a report.
  const Entity* resolve(Scope& scope, const Path& path, Use use);

  /// The same without a word, where nothing need be there.
  const Entity* find(const Scope& scope, const Path& path) const;
  /// What the bases of the scope have under that name, or nullptr.
  static const Entity* inherited(const Scope& scope, const std::string& name);

  /// Names that are unknown because of a syntax error somewhere are not reported.
  void excuse(std::function<bool(std::string_view)> is_excused) { is_excused_ = std::move(is_excused); }
  /// The same for names that exist, but elsewhere.
  void excuse_misplaced() { excuses_misplaced_ = true; }

 private:
  static std::vector<const Entity*> find_inherited(const Scope& scope, const std::string& name);
  const Entity* find_first(Scope& scope, const Name& name, bool& failed);
  const Entity* find_inside(Scope& scope, const Name& name, bool& failed);
  bool has_right_case(const Entity& entity, const Name& name);
  void report_unknown(const Scope& scope, const Name& name, bool outwards);
  bool exists_anywhere(const std::string& name) const;
  bool belongs_to_nameless(const std::string& name);

  Reporter& reporter_;
  std::deque<Scope> scopes_;
  std::unordered_map<const model::Declaration*, Scope*> scope_of_;
  std::function<bool(std::string_view)> is_excused_ = [](std::string_view) { return false; };
  bool excuses_misplaced_ = false;
  std::size_t nameless_ = 0;
  std::set<std::string> taken_by_nameless_;
};

/// The keyword (of CORBA 2.6: later ones may be used as names) that equals the name but for case, or empty.
std::string_view keyword_but_for_case(std::string_view name);
/// int8 … uint64, the types that are no keywords; Void if it is none of them.
model::Primitive built_in_type(std::string_view name);
/// Words that can begin a type, for suggestions.
void suggest_types(NearestWord& nearest);

}  // namespace oncec::frontend
