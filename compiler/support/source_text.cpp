// The pieces of preprocessed text.
#include "support/source_text.hpp"

#include <algorithm>

namespace oncec {

SourceText::SourceText(const SourceFile& file) {
  append(file.text(), file, 0, false);
}

void SourceText::append(std::string_view text, const SourceFile& file, std::uint32_t begin, bool included) {
  const auto at = static_cast<std::uint32_t>(text_.size());
  const auto size = static_cast<std::uint32_t>(text.size());
  pieces_.push_back({at, {&file, begin, begin + size}, true, included});
  text_.append(text);
}

void SourceText::append_made(std::string_view text, SourceRange range, bool included) {
  pieces_.push_back({static_cast<std::uint32_t>(text_.size()), range, false, included});
  text_.append(text);
}

void SourceText::append(const SourceText& other) {
  const auto at = static_cast<std::uint32_t>(text_.size());
  for (Piece piece : other.pieces_) {
    piece.begin += at;
    pieces_.push_back(piece);
  }
  text_.append(other.text_);
}

SourceRange SourceText::range(std::uint32_t begin, std::uint32_t end) const {
  const Piece* const first = piece_at(begin);
  if (first == nullptr) return {};
  const Piece* const last = end > begin ? piece_at(end - 1) : first;
  const auto from = first->as_written ? first->origin.begin + (begin - first->begin) : first->origin.begin;
  if (last->origin.file != first->origin.file) return {first->origin.file, from, first->origin.end};
  const auto to = last->as_written ? last->origin.begin + (end - last->begin) : last->origin.end;
  return {first->origin.file, from, std::max(from, to)};
}

bool SourceText::is_included(std::uint32_t octet) const {
  const Piece* const piece = piece_at(octet);
  return piece != nullptr && piece->included;
}

/// The piece that holds the octet; beyond the end, the last one.
const SourceText::Piece* SourceText::piece_at(std::uint32_t octet) const {
  const auto behind = std::upper_bound(pieces_.begin(), pieces_.end(), octet,
                                       [](std::uint32_t at, const Piece& piece) { return at < piece.begin; });
  return behind == pieces_.begin() ? nullptr : &*std::prev(behind);
}

}  // namespace oncec
