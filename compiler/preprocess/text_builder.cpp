// Pieces of text, one after the other.
#include "preprocess/text_builder.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

#include "support/characters.hpp"

namespace oncec::preprocess {

namespace {

bool is_of_word_or_number(char c) {
  return is_word(c) || c == '.';
}

/// True if two tokens side by side would be read as another one.
bool would_merge(char before, char behind) {
  return (is_of_word_or_number(before) && is_of_word_or_number(behind)) ||
         (before == '/' && (behind == '/' || behind == '*')) || (before == '"' && behind == '"');
}

}  // namespace

void TextBuilder::written(const Source& source, std::uint32_t begin, std::uint32_t end) {
  end = std::min(end, static_cast<std::uint32_t>(source.file->text().size()));
  if (begin >= end) return;
  const auto line = source.scanned.verbatim.find(begin);
  if (line != source.scanned.verbatim.end()) {
    verbatim(source, begin, line->second);
  } else {
    run(source, begin, end);
  }
}

/// A line of its own, with those joined to it that it goes on in.
void TextBuilder::verbatim(const Source& source, std::uint32_t begin, std::uint32_t end) {
  enter(source, begin);
  start_line(source, begin);
  const std::string_view text = source.file->text();
  while (begin < end) {
    auto newline = static_cast<std::uint32_t>(std::min<std::size_t>(text.find('\n', begin), end));
    std::uint32_t stop = newline;
    if (newline < end) {  // behind a backslash
      stop -= text[newline - 1] == '\r' ? 2 : 1;
    }
    if (begin < stop) run(source, begin, stop);
    begin = newline + 1;
  }
}

void TextBuilder::made(std::string_view text, const Source& source, std::uint32_t begin, std::uint32_t end) {
  if (text.empty()) return;
  enter(source, begin);
  end_run();
  std::string separated;
  const std::string_view before = text_.text();
  if (!before.empty() && would_merge(before.back(), text.front())) separated = ' ';
  separated += text;
  text_.append_made(separated, {source.file, begin, end}, is_included(source));
}

void TextBuilder::run(const Source& source, std::uint32_t begin, std::uint32_t end) {
  if (run_source_ == &source && run_end_ == begin) {
    run_end_ = end;
    return;
  }
  enter(source, begin);
  end_run();
  const std::string_view before = text_.text();
  if (!before.empty() && would_merge(before.back(), source.file->text()[begin])) {
    text_.append_made(" ", {source.file, begin, begin}, is_included(source));
  }
  run_begin_ = begin;
  run_end_ = end;
}

/// Another file begins on a line of its own.
void TextBuilder::enter(const Source& source, std::uint32_t place) {
  if (run_source_ == &source) return;
  if (run_source_ != nullptr) start_line(source, place);
  run_source_ = &source;
}

void TextBuilder::start_line(const Source& source, std::uint32_t place) {
  end_run();
  const std::string_view before = text_.text();
  if (!before.empty() && before.back() != '\n') {
    text_.append_made("\n", {source.file, place, place}, is_included(source));
  }
}

void TextBuilder::end_run() {
  if (run_begin_ < run_end_) {
    text_.append(run_source_->file->text().substr(run_begin_, run_end_ - run_begin_), *run_source_->file,
                 run_begin_, is_included(*run_source_));
  }
  run_begin_ = run_end_ = 0;
}

SourceText TextBuilder::take() {
  end_run();
  run_source_ = nullptr;
  return std::exchange(text_, SourceText());
}

}  // namespace oncec::preprocess
