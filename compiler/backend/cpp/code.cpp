// Namespaces, comments, line breaks and includes.
#include "backend/cpp/code.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "support/characters.hpp"

namespace oncec::backend::cpp {
namespace {

struct Include {
  std::string_view mention;  // a whole word, or what begins with one
  std::string_view header;
};

// Sorted by header.
constexpr std::array kIncludes = {
    Include{"std::array", "<array>"},
    Include{"std::endian", "<bit>"},
    Include{"std::size_t", "<cstddef>"},
    Include{"std::int8_t", "<cstdint>"},
    Include{"std::int16_t", "<cstdint>"},
    Include{"std::int32_t", "<cstdint>"},
    Include{"std::int64_t", "<cstdint>"},
    Include{"std::uint8_t", "<cstdint>"},
    Include{"std::uint16_t", "<cstdint>"},
    Include{"std::uint32_t", "<cstdint>"},
    Include{"std::uint64_t", "<cstdint>"},
    Include{"std::ostream", "<iosfwd>"},
    Include{"std::map", "<map>"},
    Include{"std::shared_ptr", "<memory>"},
    Include{"std::optional", "<optional>"},
    Include{"out <<", "<ostream>"},
    Include{"std::invalid_argument", "<stdexcept>"},
    Include{"std::string", "<string>"},
    Include{"std::u16string", "<string>"},
    Include{"std::string_view", "<string_view>"},
    Include{"std::u16string_view", "<string_view>"},
    Include{"std::underlying_type_t", "<type_traits>"},
    Include{"std::as_const", "<utility>"},
    Include{"std::forward", "<utility>"},
    Include{"std::move", "<utility>"},
    Include{"std::variant", "<variant>"},
    Include{"std::vector", "<vector>"},
    Include{"asio::completion_token_for", "<asio/async_result.hpp>"},
    Include{"asio::awaitable", "<asio/awaitable.hpp>"},
    Include{"once::UserException", "<once/base/error.hpp>"},
    Include{"once::Any", "<once/codec/any.hpp>"},
    Include{"ONCE_BITMASK_OPERATORS", "<once/codec/bits.hpp>"},
    Include{"once::bits_of", "<once/codec/bits.hpp>"},
    Include{"once::encode_bits", "<once/codec/bits.hpp>"},
    Include{"once::Box", "<once/codec/box.hpp>"},
    Include{"once::Cdr", "<once/codec/cdr.hpp>"},
    Include{"once::CdrDecoder", "<once/codec/cdr.hpp>"},
    Include{"once::Float128", "<once/codec/codec.hpp>"},
    Include{"once::Coding", "<once/codec/coder.hpp>"},
    Include{"once::DecoderType", "<once/codec/coder.hpp>"},
    Include{"once::External", "<once/codec/external.hpp>"},
    Include{"once::Enumerators", "<once/codec/fields.hpp>"},
    Include{"once::Fields", "<once/codec/fields.hpp>"},
    Include{"once::Fixed", "<once/codec/fixed.hpp>"},
    Include{"std::map", "<once/codec/map.hpp>"},
    Include{"once::printed", "<once/codec/print.hpp>"},
    Include{"once::TypeCode", "<once/codec/type_code.hpp>"},
    Include{"once::TypeCodeOf", "<once/codec/type_code.hpp>"},
    Include{"once::ValueBase", "<once/codec/value_type.hpp>"},
    Include{"once::ValueBox", "<once/codec/value_type.hpp>"},
    Include{"once::ValueLink", "<once/codec/value_type.hpp>"},
    Include{"once::kOctetsMin", "<once/codec/values.hpp>"},
    Include{"template void once::Coding", "<once/codec/values.hpp>"},
    Include{"once::Xdr", "<once/codec/xdr.hpp>"},
    Include{"once::XdrDecoder", "<once/codec/xdr.hpp>"},
    Include{"once::protobuf", "<once/protobuf.hpp>"},
    Include{"once::ProtobufEncoder", "<once/protobuf.hpp>"},
    Include{"once::ChannelPointer", "<once/rpc/channel.hpp>"},
    Include{"once::OutgoingCall", "<once/rpc/channel.hpp>"},
    Include{"once::detail::co_serve", "<once/rpc/co_skeleton.hpp>"},
    Include{"once::ObjectRef", "<once/rpc/object_ref.hpp>"},
    Include{"once::Operation", "<once/rpc/operation.hpp>"},
    Include{"once::Outcome", "<once/rpc/outcome.hpp>"},
    Include{"once::Ref", "<once/rpc/ref.hpp>"},
    Include{"once::Servant", "<once/rpc/servant.hpp>"},
    Include{"once::detail::is_one_of", "<once/rpc/skeleton.hpp>"},  // every skeleton has it
    Include{"once::StubBase", "<once/rpc/stub.hpp>"},
    Include{"once::Codecs", "<once/rpc/values.hpp>"},
};

/// True if `word` stands in the text, not as a part of a longer one.
bool mentions(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || (!is_word(text[at - 1]) && text[at - 1] != ':');
    if (begins && (end == text.size() || !is_word(text[end]))) return true;
  }
  return false;
}

/// 0: the standard library, 1: Asio, 2: Once. Each group stands by itself.
int group_of(std::string_view header) {
  if (header.starts_with("<asio/")) return 1;
  return header.starts_with("<once/") ? 2 : 0;
}

}  // namespace

void Code::enter(const std::vector<std::string>& namespaces) {
  if (namespaces == open_) return;
  if (!open_.empty()) {
    printer_.blank_line();
    emit("}  // namespace $name$", {{"name", join(open_, "::")}});
  }
  open_ = namespaces;
  if (open_.empty()) return;
  printer_.blank_line();
  emit("namespace $name$ {", {{"name", join(open_, "::")}});
  printer_.blank_line();
}

std::string Code::with_includes(std::string_view opening, std::string_view main_include,
                                const std::vector<std::string>& own_includes, std::string_view needed) const {
  std::string result{opening};
  if (!main_include.empty()) result.append("\n#include \"").append(main_include).append("\"\n");
  std::string_view previous;
  for (const Include& include : kIncludes) {
    if (include.header == previous ||
        (include.mention != needed && !mentions(printer_.text(), include.mention))) {
      continue;
    }
    if (previous.empty() || group_of(previous) != group_of(include.header)) result.push_back('\n');
    result.append("#include ").append(include.header).push_back('\n');
    previous = include.header;
  }
  if (!own_includes.empty()) result.push_back('\n');
  for (const std::string& include : own_includes) result.append("#include \"").append(include).append("\"\n");
  if (!printer_.text().empty()) result.append("\n").append(printer_.text());
  return result;
}

std::string doc_comment(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!result.empty()) result.push_back('\n');
    result.append("///");
    if (end != 0) result.append(" ").append(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

std::string list(std::string_view head, const std::vector<std::string>& items, std::string_view tail,
                 std::size_t indentation) {
  std::string result{head};
  const std::size_t start =
      head.size() - (head.rfind('\n') == std::string_view::npos ? 0 : head.rfind('\n') + 1);
  std::size_t column = indentation + start;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool last = i + 1 == items.size();
    const std::size_t needed = items[i].size() + (last ? tail.size() : 1);
    if (i != 0 && column + 1 + needed > kColumns) {
      result.append("\n").append(start, ' ');
      column = indentation + start;
    } else if (i != 0) {
      result.push_back(' ');
      ++column;
    }
    result.append(items[i]);
    column += items[i].size() + 1;
    if (!last) result.push_back(',');
  }
  return result.append(tail);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string result;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) result.append(separator);
    result.append(part);
  }
  return result;
}

}  // namespace oncec::backend::cpp
