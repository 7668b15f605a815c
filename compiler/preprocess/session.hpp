// What is going on while a file is preprocessed, without the types of the library that does it: which files
// are being read, which word was written where, which macro call made it, and what is too much.
//
// "Files" have numbers as names here: one for each inclusion.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "preprocess/preprocess.hpp"
#include "preprocess/sources.hpp"
#include "preprocess/text_builder.hpp"

namespace oncec::preprocess {

inline constexpr std::size_t kInclusionsDeepMax = 64;

/// Ends preprocessing, without a text; why has been reported.
struct Stop {};

/// A token as the library gives it, and the place that goes with it, counted from 1.
struct Word {
  std::string_view text;
  std::string_view file;
  std::size_t line = 0;
  std::size_t column = 0;
};

class Session {
 public:
  Session(const std::filesystem::path& file, const Options& options,
          std::vector<std::unique_ptr<SourceFile>>& files, Diagnostics& diagnostics);

  /// Comes first. Throws Stop, as all that follows does.
  void begin() { enter(sources_.all().front()); }

  // ---- the text that the library reads

  const std::string& text(std::string_view file) const;
  const std::string& first_text() const { return inclusions_.front().source->scanned.text; }

  // ---- what comes out of it

  void take(const Word& word);
  SourceText result();
  std::vector<std::filesystem::path> paths() const;
  std::map<const SourceFile*, SourceRange> included_at() const { return included_at_; }

  // ---- directives

  void directive(const Word& word);
  /// True if there is something to read: include_name() then tells its name for the library.
  bool include(std::string name, std::size_t depth);
  std::string include_name() const { return std::to_string(inclusions_.size() - 1); }
  void changed_file() { call_.reset(); }

  // ---- macros

  /// A macro is called from `call` to `last`, its closing parenthesis, if it takes any.
  void expanding(const Word& call, const Word& last);
  /// A word that the macro makes; then, that these were all.
  void made(std::string_view text);
  void expanded();
  /// What the library defines by itself tells of C, and of its own "files".
  void foreign_macro(const Word& call);

  // ---- what is wrong

  /// The directive, or line, and the word at a place.
  struct Around {
    SourceRange directive;
    SourceRange word;
  };
  /// nullopt if the place is in no file.
  std::optional<Around> around(const Word& place) const;
  void error(const SourceRange& range, std::string text);
  void warning(const SourceRange& range, std::string text, std::string_view name);
  /// An error where the library is.
  [[noreturn]] void stop(std::string text);
  /// Something is missing in the text, so that names may be unknown through no fault of their uses.
  void mark_incomplete() { complete_ = false; }

 private:
  /// One inclusion of a file; the first is the file that was asked for.
  struct Inclusion {
    const Source* source = nullptr;
    std::uint32_t end = 0;  // behind what was taken from it so far
  };
  struct Place {
    std::size_t inclusion = 0;
    std::uint32_t begin = 0;
  };
  struct Call {
    Place begin;
    std::uint32_t end = 0;
  };

  void enter(const Source& source);
  const Source* find(const std::string& name, bool quoted, const Source& from, const SourceRange& range);
  std::optional<Place> find_place(const Word& word) const;
  Place place_of(const Word& word) const;
  bool is_new(const Place& place) const;
  std::optional<Place> written_at(const Word& word) const;
  std::uint32_t end_of(const Place& place) const;

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

}  // namespace oncec::preprocess
