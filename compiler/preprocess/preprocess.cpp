// What the library sees and says. It pulls text from a Source (SourceInput) and tells through Hooks what it
// does; its tokens come back with the place where they stand in that text. A token that is found there is as
// it was written; another one came out of a macro, and has the place of the macro's call.
//
// "Files" have numbers as names here: one for each inclusion.
#include "preprocess/preprocess.hpp"

#include <algorithm>
#include <boost/wave.hpp>
#include <boost/wave/cpplexer/cpp_lex_iterator.hpp>
#include <charconv>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "preprocess/sources.hpp"
#include "preprocess/text_builder.hpp"

namespace oncec::preprocess {

namespace {

namespace wave = boost::wave;
using Token = wave::cpplexer::lex_token<>;
using Iterator = std::string::const_iterator;

constexpr std::size_t kInclusionsDeepMax = 64;
constexpr std::size_t kInclusionsMax = 10'000;
constexpr std::size_t kTextOctetsMax = 64U << 20U;
constexpr std::size_t kMacroTokensMax = 1U << 20U;
constexpr std::size_t kMacrosDeepMax = 200;
constexpr std::size_t kMacroNameMax = 255;  // as in files

/// Ends preprocessing, without a text; why has been reported.
struct Stop {};

/// One inclusion of a file; the first is the file that was asked for.
struct Inclusion {
  const Source* source = nullptr;
  std::uint32_t end = 0;  // behind what was taken from it so far
};

struct Place {
  std::size_t inclusion = 0;
  std::uint32_t begin = 0;
};

/// What the library is doing, without its types.
class Session {
 public:
  Session(const std::filesystem::path& file, const Options& options,
          std::vector<std::unique_ptr<SourceFile>>& files, Diagnostics& diagnostics)
      : diagnostics_(diagnostics), sources_(options, files), builder_(sources_.open(file)) {}

  /// Comes first. Throws Stop, as all that follows does.
  void begin() { enter(sources_.all().front()); }

  // ---- the text that the library reads

  const std::string& text(std::string_view name) const {
    return inclusions_.at(number(name).value()).source->scanned.text;
  }
  const std::string& first_text() const { return inclusions_.front().source->scanned.text; }

  // ---- what comes out of it

  void take(const Token& token) {
    macros_deep_ = 0;
    in_condition_ = false;
    const wave::token_id id = wave::token_id(token);
    if (id == wave::T_EOF) return;
    const auto& value = token.get_value();
    const std::string_view text(value.c_str(), value.size());
    if (text.empty()) return;
    if (const std::optional<Place> place = written_at(token, text)) {
      call_.reset();
      Inclusion& inclusion = inclusions_[place->inclusion];
      inclusion.end = place->begin + static_cast<std::uint32_t>(text.size());
      const auto& verbatim = inclusion.source->scanned.verbatim;
      const auto line = verbatim.find(place->begin);
      if (line != verbatim.end()) inclusion.end = line->second;
      builder_.written(*inclusion.source, place->begin, inclusion.end);
      current_ = place->inclusion;
    } else if (call_ && text.front() != kVerbatimMark) {
      const Source& source = *inclusions_[call_->begin.inclusion].source;
      builder_.made(text, source, call_->begin.begin, call_->end);
    }
    if (builder_.size() > kTextOctetsMax) stop("the text becomes larger than 64 MiB");
  }

  SourceText result() {
    SourceText text = builder_.take();
    if (!complete_) text.mark_incomplete();
    return text;
  }
  std::vector<std::filesystem::path> paths() const {
    std::vector<std::filesystem::path> out;
    for (const Source& source : sources_.all()) out.push_back(source.path);
    return out;
  }
  std::map<const SourceFile*, SourceRange> included_at() const { return included_at_; }

  // ---- directives

  void directive(const Token& token) {
    directive_ = place_of(token);
    const auto& value = token.get_value();
    const std::string_view name(value.c_str(), value.size());
    in_condition_ = name.find("if") != std::string_view::npos;
    condition_operators_ = 0;
  }

  /// True if there is something to read: include_name() then tells its name for the library.
  bool include(std::string name, std::size_t depth) {
    const bool quoted = name.size() > 1 && name.front() == '"';
    if (name.size() > 1 && (quoted || name.front() == '<')) name = name.substr(1, name.size() - 2);
    const Source& from = *inclusions_[directive_.inclusion].source;
    const SourceRange range = directive_range(from, directive_.begin);
    if (depth >= kInclusionsDeepMax) {
      error(range, "files include each other more than " + std::to_string(kInclusionsDeepMax) + " deep");
      throw Stop{};
    }
    if (inclusions_.size() >= kInclusionsMax) {
      error(range, "more than " + std::to_string(kInclusionsMax) + " files are included");
      throw Stop{};
    }
    const Source* const found = find(name, quoted, from, range);
    if (found == nullptr) return false;
    const bool again = std::any_of(inclusions_.begin(), inclusions_.end(),
                                   [found](const Inclusion& each) { return each.source == found; });
    if (again && found->scanned.once) return false;
    if (found->file != inclusions_.front().source->file) included_at_.emplace(found->file, range);
    enter(*found);
    return true;
  }
  std::string include_name() const { return std::to_string(inclusions_.size() - 1); }

  void changed_file() { call_.reset(); }

  // ---- macros

  /// A macro is called from `call` to `last`, its closing parenthesis, if it takes any.
  void expanding(const Token& call, const Token& last) {
    if (++macros_deep_ > kMacrosDeepMax) stop("macros expand each other too deeply");
    const std::optional<Place> begin = find_place(call);
    const std::optional<Place> end = find_place(last);
    if (begin && is_new(*begin)) {
      call_ = Call{*begin, end_of(*begin)};
    }
    // A macro whose name came out of another one, and whose arguments stand behind that.
    if (call_ && end && end->inclusion == call_->begin.inclusion) {
      call_->end = std::max(call_->end, end_of(*end));
    }
  }
  template <typename Tokens>
  void expanded(const Tokens& tokens) {
    if (macros_deep_ > 0) --macros_deep_;
    macro_tokens_ += tokens.size();
    if (macro_tokens_ > kMacroTokensMax) stop("macros become more than a million words");
    if (!in_condition_) return;
    for (const Token& token : tokens) {
      const auto& value = token.get_value();
      condition_operators_ += condition_operators({value.c_str(), value.size()});
    }
    if (condition_operators_ > kConditionOperatorsMax) stop("macros make this condition too long");
  }

  /// What the library defines by itself tells of C, and of its own "files".
  void foreign_macro(const Token& call) {
    const Place place = place_of(call);
    const Source& source = *inclusions_[place.inclusion].source;
    const auto& name = call.get_value();
    error({source.file, place.begin, end_of(place)},
          "'" + std::string(name.c_str(), name.size()) + "' has no meaning in IDL");
  }

  // ---- what is wrong

  void wrong(const wave::preprocess_exception& what);

 private:
  struct Call {
    Place begin;
    std::uint32_t end = 0;
  };

  /// Of an inclusion; the library puts folders before names.
  static std::optional<std::size_t> number(std::string_view name) {
    name.remove_prefix(name.rfind('/') + 1);  // npos + 1 is 0
    std::size_t out = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), out);
    if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
    return out;
  }

  void enter(const Source& source) {
    inclusions_.push_back({&source, 0});
    changed_file();
    for (const ScannedText::Problem& problem : source.scanned.problems) {
      error({source.file, problem.begin, problem.end}, problem.text);
    }
    if (!source.scanned.problems.empty()) throw Stop{};
  }

  const Source* find(const std::string& name, bool quoted, const Source& from, const SourceRange& range) {
    try {
      if (const Source* const found = sources_.find(name, quoted, from)) return found;
      if (is_built_in(name)) return nullptr;
      const std::string folders = sources_.folders_searched(quoted, from);
      error(range, "'" + name + "' is not found" +
                       (folders.empty() ? "; -I names a folder to look in" : "; looked in " + folders));
    } catch (const std::exception& unreadable) {
      error(range, unreadable.what());
    }
    complete_ = false;
    return nullptr;
  }

  /// The place that the library gives the token, if it is one in a file.
  std::optional<Place> find_place(const Token& token) const {
    const auto& position = token.get_position();
    const auto& name = position.get_file();
    const std::optional<std::size_t> inclusion = number({name.c_str(), name.size()});
    if (!inclusion || *inclusion >= inclusions_.size()) return std::nullopt;
    const auto line = static_cast<std::uint32_t>(position.get_line());
    const std::uint32_t begin = inclusions_[*inclusion].source->file->line_begin(line);
    const auto column = static_cast<std::uint32_t>(position.get_column());
    return Place{*inclusion, begin + (column == 0 ? 0 : column - 1)};
  }
  Place place_of(const Token& token) const {
    return find_place(token).value_or(Place{current_, inclusions_[current_].end});
  }

  /// True behind all that was taken, and behind a call that is not at its end yet.
  bool is_new(const Place& place) const {
    if (call_ && call_->begin.inclusion == place.inclusion) return place.begin >= call_->end;
    return !call_ && place.begin >= inclusions_[place.inclusion].end;
  }
  std::optional<Place> written_at(const Token& token, std::string_view text) const {
    const std::optional<Place> place = find_place(token);
    if (!place || !is_new(*place)) return std::nullopt;
    const std::string& written = inclusions_[place->inclusion].source->scanned.text;
    if (written.compare(std::min<std::size_t>(place->begin, written.size()), text.size(), text) != 0) {
      return std::nullopt;
    }
    return place;
  }

  /// Behind the word, or the one octet, that begins there.
  std::uint32_t end_of(const Place& place) const {
    const std::string_view text = inclusions_[place.inclusion].source->file->text();
    std::size_t end = std::min<std::size_t>(place.begin, text.size());
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 ||
                                 text[end] == '_' || text[end] == '$')) {
      ++end;
    }
    if (end == place.begin) ++end;
    return static_cast<std::uint32_t>(std::min(end, text.size()));
  }

  /// The directive around a place, or its line.
  static SourceRange directive_range(const Source& source, std::uint32_t place) {
    const std::string_view text = source.file->text();
    const std::uint32_t begin = source.file->line_begin(source.file->line_column(place).line);
    const std::size_t first = std::min(text.find_first_not_of(" \t", begin), text.size());
    std::size_t end = directive_end(text, first);
    while (end > first && std::isspace(static_cast<unsigned char>(text[end - 1])) != 0) --end;
    return {source.file, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end)};
  }

  void error(const SourceRange& range, std::string text) {
    diagnostics_.add(Severity::Error, Diagnostic::kNoCode, range, std::move(text));
  }
  /// An error where the library is.
  [[noreturn]] void stop(std::string text) {
    const Place at = call_ ? call_->begin : Place{current_, inclusions_[current_].end};
    error({inclusions_[at.inclusion].source->file, at.begin, call_ ? call_->end : at.begin}, std::move(text));
    throw Stop{};
  }

  Diagnostics& diagnostics_;
  Sources sources_;
  TextBuilder builder_;
  std::vector<Inclusion> inclusions_;
  std::map<const SourceFile*, SourceRange> included_at_;
  std::size_t current_ = 0;    // the inclusion of the last token that was as written
  std::optional<Call> call_;   // whose outcome is being taken
  Place directive_;            // the last one
  bool in_condition_ = false;  // of `#if`
  std::ptrdiff_t condition_operators_ = 0;
  std::size_t macros_deep_ = 0;
  std::size_t macro_tokens_ = 0;
  bool complete_ = true;
};

/// The rest of a directive behind its name.
std::string argument_of(const SourceRange& directive) {
  std::string_view text = directive.file->text().substr(directive.begin, directive.end - directive.begin);
  text.remove_prefix(std::min(text.find_first_not_of("# \t"), text.size()));
  while (!text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return std::string(text);
}

void Session::wrong(const wave::preprocess_exception& what) {
  using Code = wave::preprocess_exception;
  const std::optional<std::size_t> inclusion = number(what.file_name());
  if (!inclusion || *inclusion >= inclusions_.size()) {
    stop("in a macro of the command line: " + std::string(what.description()));
  }
  const Source& source = *inclusions_[*inclusion].source;
  const auto line = static_cast<std::uint32_t>(what.line_no());
  const std::uint32_t column = what.column_no() == 0 ? 0 : static_cast<std::uint32_t>(what.column_no()) - 1;
  const Place place{*inclusion, source.file->line_begin(line) + column};
  const SourceRange directive = directive_range(source, place.begin);
  const SourceRange word{source.file, place.begin, end_of(place)};
  const bool is_call = what.get_errorcode() == Code::too_few_macroarguments ||
                       what.get_errorcode() == Code::empty_macroarguments ||
                       what.get_errorcode() == Code::too_many_macroarguments ||
                       what.get_errorcode() == Code::improperly_terminated_macro;
  // The library forgets the name of a macro that is called.
  const std::string name = is_call
                               ? std::string(source.file->text().substr(word.begin, word.end - word.begin))
                               : std::string(what.get_related_name());
  switch (what.get_errorcode()) {
    case Code::no_error:
    case Code::last_line_not_terminated:
    case Code::missing_matching_if:  // scan() has reported these three
    case Code::missing_matching_endif:
    case Code::unbalanced_if_endif: return;
    case Code::error_directive: error(directive, "#error " + argument_of(directive)); return;
    case Code::warning_directive:
      diagnostics_
          .add(Severity::Warning, Diagnostic::kNoCode, directive, "#warning " + argument_of(directive))
          .name = "warning-directive";
      return;
    case Code::macro_redefinition:
    case Code::illegal_redefinition:
      error(directive, "macro '" + name + "' is already defined, and otherwise");
      break;
    case Code::alreadydefined_name:
    case Code::invalid_macroname:
    case Code::illegal_operator_redefinition: error(directive, "'" + name + "' cannot be a macro"); break;
    case Code::duplicate_parameter_name: error(directive, "two parameters of the macro have one name"); break;
    case Code::too_few_macroarguments:
    case Code::empty_macroarguments: error(word, "too few arguments for macro '" + name + "'"); break;
    case Code::too_many_macroarguments: error(word, "too many arguments for macro '" + name + "'"); break;
    case Code::improperly_terminated_macro:
      error(word, "the arguments of macro '" + name + "' have no ')'");
      break;
    case Code::invalid_concat: error(word, "'##' makes no single word here"); break;
    case Code::division_by_zero: error(directive, "division by zero"); break;
    case Code::integer_overflow: error(directive, "a number is too large"); break;
    case Code::ill_formed_expression:
    case Code::ill_formed_operator:
    case Code::ill_formed_integer_literal:
    case Code::ill_formed_character_literal:
      error(directive, "the condition '" + argument_of(directive) + "' cannot be understood");
      break;
    case Code::bad_include_file:
    case Code::bad_include_statement:
      error(directive, "expected a file's name in \"\" or <> behind '#include'");
      complete_ = false;
      break;
    default: error(directive, "this directive cannot be understood"); break;
  }
  throw Stop{};  // the library does not go on well: it skips a directive, or never comes back
}

/// The library's way to a file's text.
struct SourceInput {
  template <typename IterationContext>
  class inner {
   public:
    template <typename Position>
    static void init_iterators(IterationContext& context, const Position& /*at*/,
                               wave::language_support language) {
      const auto& name = context.filename;
      const std::string& text = context.ctx.get_hooks().session().text({name.c_str(), name.size()});
      using Lexer = typename IterationContext::iterator_type;
      context.first = Lexer(text.begin(), text.end(), Position(name), language);
      context.last = Lexer();
    }
  };
};

/// The library's way to tell.
class Hooks : public wave::context_policies::default_preprocessing_hooks {
 public:
  explicit Hooks(Session& session) : session_(&session) {}
  Session& session() const { return *session_; }

  template <typename Context>
  bool found_directive(const Context& /*context*/, const Token& directive) {
    session_->directive(directive);
    return false;
  }
  template <typename Context>
  bool found_include_directive(const Context& context, const std::string& name, bool /*next*/) {
    return !session_->include(name, context.get_iteration_depth());
  }
  template <typename Context>
  bool locate_include_file(Context& /*context*/, std::string& /*path*/, bool /*is_system*/,
                           const char* /*current*/, std::string& folder, std::string& native_name) {
    folder.clear();
    native_name = session_->include_name();
    return true;
  }
  template <typename Context>
  void returning_from_include_file(const Context& /*context*/) {
    session_->changed_file();
  }

  template <typename Context, typename Tokens, typename TokenIterator>
  bool expanding_function_like_macro(const Context& /*context*/, const Token& /*macro*/,
                                     const std::vector<Token>& /*parameters*/, const Tokens& /*definition*/,
                                     const Token& call, const std::vector<Tokens>& /*arguments*/,
                                     const TokenIterator& /*begin*/, const TokenIterator& end) {
    session_->expanding(call, *end);
    return false;
  }
  template <typename Context, typename Tokens>
  bool expanding_object_like_macro(const Context& /*context*/, const Token& macro,
                                   const Tokens& /*definition*/, const Token& call) {
    if (macro.get_position().get_file() == "<built-in>" && macro.get_value() != "__LINE__") {
      session_->foreign_macro(call);
    }
    session_->expanding(call, call);
    return false;
  }
  template <typename Context, typename Tokens>
  void rescanned_macro(const Context& /*context*/, const Tokens& tokens) {
    session_->expanded(tokens);
  }

  template <typename Context>
  bool may_skip_whitespace(const Context& /*context*/, Token& /*token*/, bool& /*skipped_newline*/) {
    return false;
  }
  /// Characters and literals are judged by the front ends; the rest is reported here.
  template <typename Context, typename Exception>
  void throw_exception(const Context& /*context*/, const Exception& what) {
    if constexpr (std::is_base_of_v<wave::preprocess_exception, Exception>) {
      session_->wrong(what);
      if (!wave::is_recoverable(what)) throw Stop{};
    }
  }

 private:
  Session* session_;
};

using Context = wave::context<Iterator, wave::cpplexer::lex_iterator<Token>, SourceInput, Hooks>;

std::string_view macro_name(std::string_view definition) {
  return definition.substr(0, definition.find_first_of("=("));
}

void define_macros(Context& context, const Options& options) {
  std::vector<std::string> all{"__ONCE_IDL__=1", "__ONCEC__=" ONCE_VERSION_NUMBER};
  if (options.language == Language::OncRpc) all.emplace_back("RPC_HDR=1");
  // Of several definitions of one name the last one counts.
  for (const std::string& each : options.defines) {
    std::erase_if(all, [&each](const std::string& other) { return macro_name(other) == macro_name(each); });
    all.push_back(each.find('=') == std::string::npos ? each + "=1" : each);
  }
  for (const std::string& each : all) {
    const bool undefined = std::find(options.undefines.begin(), options.undefines.end(), macro_name(each)) !=
                           options.undefines.end();
    if (!undefined) context.add_macro_definition(each, false);
  }
}

/// Throws Stop.
void read_all(Session& session, const Options& options) {
  try {
    session.begin();
    const std::string& text = session.first_text();
    Context context(text.begin(), text.end(), "0", Hooks(session));
    context.set_language(static_cast<wave::language_support>(
        wave::support_c99 | wave::support_option_variadics | wave::support_option_long_long |
        wave::support_option_preserve_comments | wave::support_option_prefer_pp_numbers |
        wave::support_option_single_line));
    context.set_max_include_nesting_depth(kInclusionsDeepMax + 1);
    define_macros(context, options);
    for (auto token = context.begin(); token != context.end(); ++token) session.take(*token);
  } catch (const wave::preprocess_exception& what) {  // the library does not tell Hooks of all that it throws
    session.wrong(what);
    throw Stop{};
  }
}

}  // namespace

Preprocessed preprocess(const std::filesystem::path& file, const Options& options,
                        std::vector<std::unique_ptr<SourceFile>>& sources, Diagnostics& diagnostics) {
  Session session(file, options, sources, diagnostics);
  try {
    read_all(session, options);
  } catch (const Stop&) {  // half a text would only lead to more errors
    return {SourceText(), session.paths(), session.included_at()};
  }
  return {session.result(), session.paths(), session.included_at()};
}

bool is_macro_definition(std::string_view text) {
  const std::string_view name = macro_name(text);
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  return !name.empty() && name.size() <= kMacroNameMax && std::all_of(name.begin(), name.end(), is_word) &&
         std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         text.find('\n') == std::string_view::npos;
}

std::vector<std::string_view> warning_names() {
  return {"warning-directive"};
}

}  // namespace oncec::preprocess
