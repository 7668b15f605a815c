// Files in, files out.
#include "driver/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>
#include <unistd.h>

#include "support/characters.hpp"

namespace oncec::driver {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTextOctetsMax = 64U << 20U;

std::string reason() {
  return std::strerror(errno);
}  // NOLINT(concurrency-mt-unsafe): one thread

std::optional<std::string> octets_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string octets{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return std::nullopt;
  return octets;
}

/// The length of the UTF-8 character at the front, or 0 if there is none (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = octet(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues_character(text[i])) return 0;
  }
  const unsigned char second = octet(1);
  const bool wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                     (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return wrong ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string from_latin1(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0U | (octet >> 6U));
      out += static_cast<char>(0x80U | (octet & 0x3FU));
    }
  }
  return out;
}

}  // namespace

std::string read_octets(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) throw FileError(path.string() + ": is a directory, not an IDL file");
  const std::uintmax_t size = fs::file_size(path, error);
  if (!error && size > kTextOctetsMax) throw FileError(path.string() + ": is larger than 64 MiB");
  std::optional<std::string> octets = octets_of(path);
  if (!octets) throw FileError(path.string() + ": cannot be read: " + reason());
  if (octets->find('\0') != std::string::npos) throw FileError(path.string() + ": is not text");
  return std::move(*octets);
}

std::string read_text(const fs::path& path) {
  std::string octets = read_octets(path);
  if (octets.compare(0, 3, "\xEF\xBB\xBF") == 0) octets.erase(0, 3);
  return is_utf8(octets) ? octets : from_latin1(octets);
}

void write_if_changed(const fs::path& path, const std::string& content) {
  std::error_code error;
  const fs::file_status there = fs::status(path, error);
  if (fs::is_character_file(there) || fs::is_fifo(there)) {  // there is nothing to keep, or to replace
    std::ofstream out(path, std::ios::binary);
    out << content;
    out.close();
    if (!out) throw FileError(path.string() + ": cannot be written: " + reason());
    return;
  }
  if (octets_of(path) == content) return;
  const fs::path temporary = path.string() + "." + std::to_string(::getpid()) + ".tmp";
  {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out << content;
    out.close();
    if (!out) {
      const std::string why = reason();
      std::error_code ignored;
      fs::remove(temporary, ignored);
      throw FileError(path.string() + ": cannot be written: " + why);
    }
  }
  fs::rename(temporary, path, error);
  if (error) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw FileError(path.string() + ": cannot be written: " + error.message());
  }
}

}  // namespace oncec::driver
