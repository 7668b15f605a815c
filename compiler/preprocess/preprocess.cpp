// The library's side: it pulls text from a Source (SourceInput), tells through Hooks what it does, and throws
// or tells what is wrong; all of that goes to a Session, in words of its own.
#include "preprocess/preprocess.hpp"

#include <algorithm>
#include <boost/wave.hpp>
#include <boost/wave/cpplexer/cpp_lex_iterator.hpp>
#include <type_traits>
#include <utility>

#include "preprocess/session.hpp"
#include "support/characters.hpp"

namespace oncec::preprocess {

namespace {

namespace wave = boost::wave;
using Token = wave::cpplexer::lex_token<>;
using Iterator = std::string::const_iterator;

constexpr std::size_t kMacroNameMax = 255;  // as in files

/// It lives as long as the token.
Word word_of(const Token& token) {
  const auto& value = token.get_value();
  const auto& position = token.get_position();
  const auto& file = position.get_file();
  return {
      {value.c_str(), value.size()}, {file.c_str(), file.size()}, position.get_line(), position.get_column()};
}

/// The rest of a directive behind its name.
std::string argument_of(const SourceRange& directive) {
  std::string_view text = directive.file->text().substr(directive.begin, directive.end - directive.begin);
  text.remove_prefix(std::min(text.find_first_not_of("# \t"), text.size()));
  while (!text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return std::string(text);
}

/// Reports what the library has found.
void tell(Session& session, const wave::preprocess_exception& what) {
  using Code = wave::preprocess_exception;
  const std::optional<Session::Around> around =
      session.around({{}, what.file_name(), what.line_no(), what.column_no()});
  if (!around) {
    const std::string said = what.description();  // "error: …"
    session.stop("in a macro of the command line: " + said.substr(said.find(' ') + 1));
  }
  const auto& [directive, word] = *around;
  const bool is_call = what.get_errorcode() == Code::too_few_macroarguments ||
                       what.get_errorcode() == Code::empty_macroarguments ||
                       what.get_errorcode() == Code::too_many_macroarguments ||
                       what.get_errorcode() == Code::improperly_terminated_macro;
  // The library forgets the name of a macro that is called.
  const std::string name = is_call ? std::string(word.file->text().substr(word.begin, word.end - word.begin))
                                   : std::string(what.get_related_name());
  switch (what.get_errorcode()) {
    case Code::no_error:
    case Code::last_line_not_terminated:
    case Code::missing_matching_if:  // scan() has reported these three
    case Code::missing_matching_endif:
    case Code::unbalanced_if_endif: return;
    case Code::error_directive: session.error(directive, "#error " + argument_of(directive)); return;
    case Code::warning_directive:
      session.warning(directive, "#warning " + argument_of(directive), "warning-directive");
      return;
    case Code::macro_redefinition:
      session.error(directive, "macro '" + name + "' is already defined, and otherwise");
      break;
    case Code::alreadydefined_name:
    case Code::invalid_macroname:
    case Code::illegal_redefinition:
    case Code::illegal_operator_redefinition:
      session.error(directive, "'" + name + "' cannot be a macro");
      break;
    case Code::duplicate_parameter_name:
      session.error(directive, "two parameters of the macro have one name");
      break;
    case Code::too_few_macroarguments:
    case Code::empty_macroarguments: session.error(word, "too few arguments for macro '" + name + "'"); break;
    case Code::too_many_macroarguments:
      session.error(word, "too many arguments for macro '" + name + "'");
      break;
    case Code::improperly_terminated_macro:
      session.error(word, "the arguments of macro '" + name + "' have no ')'");
      break;
    case Code::bad_undefine_statement:
      session.error(directive, "'" + argument_of(directive) + "' cannot be undefined");
      break;
    case Code::ill_formed_operator:
      session.error(word, "'#' or '##' is misplaced in the macro that is called here");
      break;
    case Code::invalid_concat: session.error(word, "'##' makes no single word here"); break;
    case Code::division_by_zero: session.error(directive, "division by zero"); break;
    case Code::integer_overflow: session.error(directive, "a number is too large"); break;
    case Code::ill_formed_expression:
    case Code::ill_formed_integer_literal:
    case Code::ill_formed_character_literal:
      session.error(directive, "the condition '" + argument_of(directive) + "' cannot be understood");
      break;
    case Code::bad_include_file:
    case Code::bad_include_statement:
      session.error(directive, "expected a file's name in \"\" or <> behind '#include'");
      session.mark_incomplete();
      break;
    default: session.error(directive, "this directive cannot be understood"); break;
  }
  throw Stop{};  // the library does not go on well: it skips a directive, or never comes back
}

/// The library's way to a file's text.
struct SourceInput {
  template <typename IterationContext>
  class inner {  // NOLINT(readability-identifier-naming): Wave's name
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
    session_->directive(word_of(directive));
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
    session_->expanding(word_of(call), word_of(*end));
    return false;
  }
  template <typename Context, typename Tokens>
  bool expanding_object_like_macro(const Context& /*context*/, const Token& macro,
                                   const Tokens& /*definition*/, const Token& call) {
    if (macro.get_position().get_file() == "<built-in>" && macro.get_value() != "__LINE__") {
      session_->foreign_macro(word_of(call));
    }
    session_->expanding(word_of(call), word_of(call));
    return false;
  }
  template <typename Context, typename Tokens>
  void rescanned_macro(const Context& /*context*/, const Tokens& tokens) {
    for (const Token& token : tokens) session_->made(word_of(token).text);
    session_->expanded();
  }

  template <typename Context>
  bool may_skip_whitespace(const Context& /*context*/, Token& /*token*/, bool& /*skipped_newline*/) {
    return false;
  }
  /// Characters and literals are judged by the front ends; the rest is reported here.
  template <typename Context, typename Exception>
  void throw_exception(const Context& /*context*/, const Exception& what) {
    if constexpr (std::is_base_of_v<wave::preprocess_exception, Exception>) {
      tell(*session_, what);
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
    for (auto token = context.begin(); token != context.end(); ++token) {
      if (wave::token_id(*token) != wave::T_EOF) session.take(word_of(*token));
    }
  } catch (const wave::preprocess_exception& what) {  // the library does not tell Hooks of all that it throws
    tell(session, what);
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
  return !name.empty() && name.size() <= kMacroNameMax && std::all_of(name.begin(), name.end(), is_word) &&
         std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         text.find('\n') == std::string_view::npos;
}

std::vector<WarningKind> warnings() {
  return {{"warning-directive", "'#warning …'"}};
}

}  // namespace oncec::preprocess
