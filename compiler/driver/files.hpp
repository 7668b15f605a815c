// Reading IDL files and writing generated ones.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace oncec::driver {

/// Its text is the one line that the user sees.
struct FileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The file's text as UTF-8, without a byte-order mark. Text that is not UTF-8 is taken as ISO Latin-1.
/// Throws FileError if it cannot be read, or is no text.
std::string read_text(const std::filesystem::path& path);

/// The same, octet for octet.
std::string read_octets(const std::filesystem::path& path);

/// Puts the content there, all or nothing, if it is not there already: an unchanged file keeps its time, so
/// that nothing is built anew for it. A device or a pipe is written to. Throws FileError.
void write_if_changed(const std::filesystem::path& path, const std::string& content);

}  // namespace oncec::driver
