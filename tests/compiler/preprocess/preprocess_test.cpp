// Files in memory go in; the text, its places and the messages are looked at.
#include "preprocess/preprocess.hpp"

#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace oncec::preprocess {
namespace {

class Preprocess : public testing::Test {
 protected:
  /// Preprocesses "main.idl", which has this text.
  std::string_view run(std::string text) {
    files_["main.idl"] = std::move(text);
    options_.read = [this](const std::filesystem::path& path) -> std::optional<std::string> {
      const auto file = files_.find(path.string());
      if (file == files_.end()) return std::nullopt;
      return file->second;
    };
    sources_.clear();
    diagnostics_ = {};
    out_ = preprocess("main.idl", options_, sources_, diagnostics_);
    return out_.text.text();
  }
  std::string printed() const {
    std::ostringstream out;
    print(out, diagnostics_, {});
    return out.str();
  }
  /// "file:line:column-length" of where the text's first occurrence of `word` was written.
  std::string place(std::string_view word) const {
    const auto at = static_cast<std::uint32_t>(out_.text.text().find(word));
    const SourceRange range = out_.text.range(at, at + static_cast<std::uint32_t>(word.size()));
    if (range.file == nullptr) return "nowhere";
    const SourceFile::LineColumn place = range.file->line_column(range.begin);
    return range.file->name() + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + "-" +
           std::to_string(range.end - range.begin);
  }
  bool has(std::string_view word) const { return out_.text.text().find(word) != std::string_view::npos; }
  bool is_included(std::string_view word) const {
    return out_.text.is_included(static_cast<std::uint32_t>(out_.text.text().find(word)));
  }

  std::map<std::string, std::string> files_;
  Options options_;
  std::vector<std::unique_ptr<SourceFile>> sources_;
  Diagnostics diagnostics_;
  Preprocessed out_;
};

TEST_F(Preprocess, LeavesTextWithoutDirectivesAsItIs) {
  const std::string text =
      "/// doc\n\tstruct S { long x; }; ///< \xC3\xA9\n/* a\n b */ @id(3) \"str\" 'c' L\"w\" 1.5d\n";
  EXPECT_EQ(run(text), text);
  EXPECT_EQ(printed(), "");
}

TEST_F(Preprocess, KeepsPlacesBehindDirectives) {
  run("#define A 1\n\n#ifdef A\n  first\n#else\n  second\n#endif\n\tthird // #if\n");
  EXPECT_EQ(place("first"), "main.idl:4:3-5");
  EXPECT_FALSE(has("second"));
  EXPECT_EQ(place("third"), "main.idl:8:2-5");
  EXPECT_EQ(printed(), "");
}

TEST_F(Preprocess, KeepsPlacesAroundMacros) {
  run("#define BOUND 10\n#define PAIR(a, b) a##_##b x;\nlong y[BOUND]; PAIR(one,\n  two) last\n");
  EXPECT_EQ(place("10"), "main.idl:3:8-5");
  EXPECT_EQ(place("];"), "main.idl:3:13-2");
  EXPECT_EQ(place("one_two"), "main.idl:3:16-16") << out_.text.text();
  EXPECT_EQ(place("last"), "main.idl:4:8-4");
}

TEST_F(Preprocess, ExpandsMacrosThatNameMacros) {
  run("#define F(x) [x]\n#define G F\nG(1) F (2) F;\nF(F(3))!");
  EXPECT_NE(out_.text.text().find("[1] [2] F;\n[[3]]!"), std::string_view::npos) << out_.text.text();
  EXPECT_EQ(place("[1]"), "main.idl:3:1-4");
  EXPECT_EQ(place("!"), "main.idl:4:8-1");
}

TEST_F(Preprocess, KeepsDocCommentsOfDeclarationsAroundMacros) {
  run("#define INTERFACE(n) interface n\n/** What it does. */\nINTERFACE(I) { /// more\n};");
  EXPECT_EQ(out_.text.text(), "/** What it does. */\ninterface I { /// more\n};");
}

TEST_F(Preprocess, MarksWhatIsIncludedAndWhere) {
  files_["sub/types.idl"] = "#ifndef T\n#define T\n /// doc\n long Id;\n#endif";
  run("#include \"sub/types.idl\"\n#include \"sub/types.idl\"\nlong mine;\n");
  EXPECT_EQ(place("Id"), "sub/types.idl:4:7-2");
  EXPECT_TRUE(is_included("Id"));
  EXPECT_EQ(place("mine"), "main.idl:3:6-4");
  EXPECT_FALSE(is_included("mine"));
  EXPECT_EQ(out_.text.text().rfind("Id"), out_.text.text().find("Id")) << "the guard did not hold";
  ASSERT_EQ(out_.files.size(), 2U);
  EXPECT_EQ(out_.files[1], "sub/types.idl");
  ASSERT_EQ(sources_.size(), 2U) << "a file is read once";
  EXPECT_EQ(out_.included_at.at(sources_[1].get()).begin, 0U);
}

TEST_F(Preprocess, LooksBesideTheFileThenInTheFolders) {
  files_["a/b.idl"] = "beside\n#include \"c.idl\"\n";
  files_["a/c.idl"] = "c_of_a\n";
  files_["x/c.idl"] = "c_of_x\n";
  files_["y/c.idl"] = "c_of_y\n";
  options_.include_folders = {"x", "y"};
  run("#include \"a/b.idl\"\n#include <c.idl>\n");
  EXPECT_TRUE(has("c_of_a"));
  EXPECT_TRUE(has("c_of_x"));
  EXPECT_FALSE(has("c_of_y"));
}

TEST_F(Preprocess, NamesTheFoldersWhereAFileIsNotFound) {
  options_.include_folders = {"idl", "/usr/share/idl"};
  run("long before;\n  #include \"none.idl\" // why\nlong behind;\n");
  EXPECT_EQ(printed(),
            "main.idl:2:3: error: 'none.idl' is not found; looked in '.', 'idl', '/usr/share/idl'\n"
            "    2 |   #include \"none.idl\" // why\n"
            "      |   ^~~~~~~~~~~~~~~~~~~~~~~~~~\n");
  EXPECT_FALSE(out_.text.is_complete());
  EXPECT_TRUE(has("behind"));
}

TEST_F(Preprocess, KnowsTheBuiltInFiles) {
  run("#include <once.idl>\n#include \"orb.idl\"\n#include <annotations.idl>\nlong x;\n");
  EXPECT_EQ(printed(), "");
  EXPECT_EQ(out_.files.size(), 1U);
  files_["orb.idl"] = "module CORBA {};\n";
  run("#include \"orb.idl\"\n");
  EXPECT_TRUE(has("module CORBA")) << "a file of the user's comes first";
}

TEST_F(Preprocess, DefinesAndUndefines) {
  options_.defines = {"ONE", "TWO=2", "F(x)=<x>", "TWO=22", "GONE"};
  options_.undefines = {"GONE"};
  run("ONE TWO F(3) GONE __ONCE_IDL__\n#if __ONCEC__ < 1\nold\n#endif\n#ifdef unix\nunix\n#endif\n");
  EXPECT_EQ(out_.text.text().substr(0, 19), "1 22 <3> GONE 1\n") << out_.text.text();
  EXPECT_FALSE(has("old"));
  EXPECT_FALSE(has("unix"));
  EXPECT_TRUE(is_macro_definition("A_1=x=y"));
  EXPECT_TRUE(is_macro_definition("A(b)=b"));
  EXPECT_FALSE(is_macro_definition("1A"));
  EXPECT_FALSE(is_macro_definition("=x"));
  EXPECT_FALSE(is_macro_definition("A=x\n#include \"y\""));
}

TEST_F(Preprocess, LetsPragmasThrough) {
  run("#define x y\n#pragma prefix \"x\" x\n#pragma once\n# 12 \"other.idl\"\n#line 30\n#ident \"x\"\nlong "
      "z;\n");
  EXPECT_EQ(out_.text.text(), "#pragma prefix \"x\" x\nlong z;\n");
  EXPECT_EQ(place("long"), "main.idl:7:1-4");
  EXPECT_EQ(printed(), "");
}

TEST_F(Preprocess, HeedsPragmaOnce) {
  files_["a.idl"] = "#pragma once\nlong a;\n";
  run("#include \"a.idl\"\n#include \"a.idl\"\n");
  EXPECT_EQ(out_.text.text(), "long a;\n");
}

TEST_F(Preprocess, LeavesPercentLinesOfOncRpcAlone) {
  options_.language = Language::OncRpc;
  run("#define N 7\n%#define N \\\n (N)\nstruct s { int unix; int a<N>;\n%#ifdef linux\n};\n#ifndef "
      "RPC_HDR\n%no\n#endif\n");
  EXPECT_EQ(out_.text.text(), "%#define N  (N)\nstruct s { int unix; int a<7>;\n%#ifdef linux\n};\n");
  EXPECT_EQ(place("(N)"), "main.idl:3:2-3");
  EXPECT_EQ(place("struct"), "main.idl:4:1-6");
  EXPECT_EQ(printed(), "");
}

TEST_F(Preprocess, SaysWhatTheFileSays) {
  run("#error go away\nlong x;\n#warning not this way\n");
  EXPECT_EQ(printed(),
            "main.idl:1:1: error: #error go away\n    1 | #error go away\n      | ^~~~~~~~~~~~~~\n"
            "main.idl:3:1: warning: #warning not this way\n    3 | #warning not this way\n"
            "      | ^~~~~~~~~~~~~~~~~~~~~\n");
  EXPECT_EQ(diagnostics_.all()[1].name, "warning-directive");
  EXPECT_TRUE(has("long x;"));
}

TEST_F(Preprocess, ReportsWhatIsWrongAtItsPlace) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"\n#endif\n", "main.idl:2:1: error: '#endif' without '#if'"},
      {"#if 1\n#else\n#elif 1\n#endif\n", "main.idl:3:1: error: '#elif' behind '#else'"},
      {"long x;\n #ifdef A\n", "main.idl:2:2: error: this '#ifdef' has no '#endif'"},
      {"#if 1 +\n#endif\n", "main.idl:1:1: error: the condition '1 +' cannot be understood"},
      {"#if defined(A=B)\n#endif\n",
       "main.idl:1:1: error: the condition 'defined(A=B)' cannot be understood"},
      {"#if 1 / 0\n#endif\n", "main.idl:1:1: error: division by zero"},
      {"#if 9223372036854775807 + 1\n#endif\n", "main.idl:1:1: error: a number is too large"},
      {"#define A(x\n", "main.idl:1:1: error: this directive cannot be understood"},
      {"long x;\n  #define F(a, b, a) b\n", "main.idl:2:3: error: two parameters of the macro have one name"},
      {"\n #define defined 1\n", "main.idl:2:2: error: 'defined' cannot be a macro"},
      {"#undef __LINE__\n", "main.idl:1:1: error: '__LINE__' cannot be undefined"},
      {"#define F(a, b) a##b\n long F(/, /);\n", "main.idl:2:7: error: '##' makes no single word here"},
      {"#define G x ##\n long G;\n",
       "main.idl:2:7: error: '#' or '##' is misplaced in the macro that is called here"},
      {"#define F(a) #b\n long F(1);\n",
       "main.idl:2:7: error: '#' or '##' is misplaced in the macro that is called here"},
      {"\n#define " + std::string(256, 'A') + " 1\n",
       "main.idl:2:1: error: a word of more than 255 octets in a directive"},
      {"#define A 1\n#define A 2\n", "main.idl:2:1: error: macro 'A' is already defined, and otherwise"},
      {"#define F(a, b) a\n  F(1)\n", "main.idl:2:3: error: too few arguments for macro 'F'"},
      {"#define F(a) a\n  F(1, 2)\n", "main.idl:2:3: error: too many arguments for macro 'F'"},
      {"#define F(a) a\n  F(1\n", "main.idl:2:3: error: the arguments of macro 'F' have no ')'"},
      {" #include types\n", "main.idl:1:2: error: expected a file's name in \"\" or <> behind '#include'"},
      {"long x; __FILE__\n", "main.idl:1:9: error: '__FILE__' has no meaning in IDL"},
  };
  for (const auto& [text, message] : wrong) {
    run(text);
    EXPECT_EQ(printed().substr(0, printed().find('\n')), message) << text << printed();
    EXPECT_EQ(diagnostics_.errors(), 1U) << text << printed();
  }
}

TEST_F(Preprocess, BoundsWhatFilesAndMacrosCanBecome) {
  files_["a.idl"] = "#include \"main.idl\"\n";
  run("long x;\n#include \"a.idl\"\n");
  EXPECT_NE(printed().find("files include each other more than 64 deep"), std::string::npos) << printed();
  files_["b.idl"] = "long b;\n";
  std::string many = "#ifndef D0\n#define D0\n#else\n";
  for (int i = 0; i < 10'001; ++i) many += "#include \"b.idl\"\n";
  run(many + "#endif\n#include \"main.idl\"\n");
  EXPECT_NE(printed().find("more than 10000 files are included"), std::string::npos);

  std::string bomb = "#define A0 x x\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "A" + std::to_string(i - 1);
    bomb += "#define A" + std::to_string(i) + " " + before + " " + before + "\n";
  }
  run(bomb + "A39\n");
  EXPECT_NE(printed().find("macros become more than a million words"), std::string::npos) << printed();

  std::string chain;
  for (int i = 1; i < 5000; ++i) {
    chain += "#define B" + std::to_string(i) + " B" + std::to_string(i - 1) + "\n";
  }
  run(chain + "B4999\n");
  EXPECT_NE(printed().find("macros expand each other too deeply"), std::string::npos) << printed();

  run("#if " + std::string(100'000, '(') + "\n#endif\n");
  EXPECT_NE(printed().find("is too long"), std::string::npos);
  run("#define P ((((((((((((((((((((\n#define Q P P P P P P P P\n#if Q Q Q 1\n#endif\n");
  EXPECT_NE(printed().find("make this condition too long"), std::string::npos) << printed();
}

TEST_F(Preprocess, ReportsWhatIsWrongInAMacroOfTheCommandLine) {
  options_.defines = {"F(a, a)=a"};
  run("long x;\n");
  EXPECT_EQ(printed(),
            "main.idl:1:1: error: in a macro of the command line: duplicate macro parameter name: a\n"
            "    1 | long x;\n      | ^\n");
}

TEST_F(Preprocess, BoundsTheText) {
  files_["large.idl"] = "/*" + std::string(8U << 20U, '*') + "*/\n";
  std::string many = "long x;\n";
  for (int i = 0; i < 8; ++i) many += "#include \"large.idl\"\n";
  run(many);
  ASSERT_EQ(diagnostics_.all().size(), 1U);
  const Diagnostic& error = diagnostics_.all().front();
  EXPECT_EQ(error.text, "the text becomes larger than 64 MiB");
  EXPECT_EQ(error.range.file, sources_[1].get());
  EXPECT_EQ(error.range.begin, (8U << 20U) + 4);
}

TEST_F(Preprocess, LeavesDamagedTextToTheFrontEnd) {
  const std::string text =
      "char c = 'a;\n\"open\nlong\r x;\r\n$ ` \\ \x01 \xE2\x82\xAC ?\?= <:\n#define x(\n/* open";
  const std::string kept = text.substr(0, text.find("#define"));
  EXPECT_EQ(run(kept + "/* open"), kept + "/* open");
  EXPECT_EQ(printed(), "");
}

TEST(UnitName, IsThePathFromTheDeepestFolder) {
  EXPECT_EQ(unit_name("sub/types.idl", {}), "types");
  EXPECT_EQ(unit_name("sub/types.idl", {"."}), "sub/types");
  EXPECT_EQ(unit_name("idl/sub/types.idl", {"idl"}), "sub/types");
  EXPECT_EQ(unit_name("idl/sub/types.x", {"idl", "./idl/sub/"}), "types");
  EXPECT_EQ(unit_name("idl/sub/a.b.idl", {"idl"}), "sub/a.b");
  EXPECT_EQ(unit_name("/other/types.idl", {"idl", "/oth"}), "types");
}

}  // namespace
}  // namespace oncec::preprocess
