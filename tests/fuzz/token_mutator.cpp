// Words, and what may be done to them.
#include "token_mutator.hpp"

#include <algorithm>
#include <cctype>
#include <random>

namespace oncec::fuzz {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

using Words = std::vector<std::string>;

class Mutation {
 public:
  Mutation(Words& words, const std::vector<std::string_view>& vocabulary, unsigned seed)
      : words_(words), vocabulary_(vocabulary), random_(seed) {}

  void run() {
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) change();
  }

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }
  Words::iterator at(std::size_t place) { return words_.begin() + static_cast<std::ptrdiff_t>(place); }
  std::string some_word() { return std::string{vocabulary_[below(vocabulary_.size())]}; }

  void change() {
    if (words_.empty()) {
      words_.push_back(some_word());
      return;
    }
    const std::size_t begin = below(words_.size());
    const std::size_t end = begin + 1 + below(std::min<std::size_t>(words_.size() - begin, 1 + below(12)));
    const Words piece(at(begin), at(end));
    switch (below(8)) {
      case 0: words_.erase(at(begin), at(end)); break;
      case 1: words_.insert(at(begin), piece.begin(), piece.end()); break;
      case 2: words_[begin] = some_word(); break;
      case 3: words_.insert(at(begin), some_word()); break;
      case 4: std::swap(words_[begin], words_[below(words_.size())]); break;
      case 5: {  // moved
        words_.erase(at(begin), at(end));
        words_.insert(at(below(words_.size() + 1)), piece.begin(), piece.end());
        break;
      }
      case 6: {  // many times: nesting and long lists
        const std::size_t times = 1 + below(100);
        for (std::size_t i = 0; i < times; ++i) words_.insert(at(begin), piece.begin(), piece.end());
        break;
      }
      default: words_[begin] = words_[below(words_.size())]; break;  // names that meet
    }
  }

  Words& words_;
  const std::vector<std::string_view>& vocabulary_;
  std::minstd_rand random_;
};

}  // namespace

std::vector<std::string> split(std::string_view text) {
  Words words;
  bool in_directive = false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    std::size_t end = i + 1;
    if (c == '\n') {
      const std::size_t next = text.find_first_not_of(" \t", end);
      const bool before_directive = next != text.npos && (text[next] == '#' || text[next] == '%');
      if (in_directive || before_directive) words.emplace_back("\n");
      in_directive = before_directive;
    } else if (is_word(c)) {
      while (end < text.size() && is_word(text[end])) ++end;
      words.emplace_back(text.substr(i, end - i));
    } else if (c == '"' || c == '\'') {
      while (end < text.size() && text[end] != c && text[end] != '\n') end += text[end] == '\\' ? 2 : 1;
      end = std::min(end + 1, text.size());
      words.emplace_back(text.substr(i, end - i));
    } else if (text.substr(i, 2) == "/*") {
      end = std::min(text.find("*/", i + 2), text.size() - 2) + 2;
      words.emplace_back(text.substr(i, end - i));
    } else if (text.substr(i, 2) == "//") {
      end = std::min(text.find('\n', i), text.size());
      words.emplace_back(std::string{text.substr(i, end - i)} + "\n");
    } else if (text.substr(i, 2) == "::" || text.substr(i, 2) == "<<" || text.substr(i, 2) == ">>") {
      end = i + 2;
      words.emplace_back(text.substr(i, 2));
    } else if (std::isspace(static_cast<unsigned char>(c)) == 0) {
      in_directive = in_directive || (words.empty() && (c == '#' || c == '%'));
      words.emplace_back(1, c);
    }
    i = end;
  }
  return words;
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += word;
    if (word.back() != '\n' && word != "#" && word != "@" && word != "%") text += ' ';
  }
  return text;
}

std::string mutate(std::string_view text, const std::vector<std::string_view>& vocabulary, unsigned seed) {
  Words words = split(text);
  Mutation{words, vocabulary, seed}.run();
  return join(words);
}

std::string cross(std::string_view first, std::string_view second, unsigned seed) {
  Words words = split(first);
  const Words others = split(second);
  std::minstd_rand random{seed};
  if (!words.empty()) words.resize(1 + random() % words.size());
  if (!others.empty()) {
    words.insert(words.end(), others.begin() + static_cast<std::ptrdiff_t>(random() % others.size()),
                 others.end());
  }
  return join(words);
}

}  // namespace oncec::fuzz
