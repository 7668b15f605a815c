// Writes SVG: a few shapes, each with a tooltip, in colours for light and dark surroundings.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace once::trace {

struct Point {
  int x = 0, y = 0;
};

/// Text as XML takes it, in a tag or between two.
std::string escaped(std::string_view text);

class Svg {
 public:
  /// Writes the beginning; `title` is what a screen reader says.
  Svg(std::ostream& out, int width, int height, std::string_view title);
  /// Writes the end.
  ~Svg();
  Svg(const Svg&) = delete;
  Svg& operator=(const Svg&) = delete;

  enum class Anchor { Start, Middle, End };

  /// What follows, up to close(), has this tooltip.
  void open(std::string_view tooltip);
  void close();

  // `style`: a class of the style sheet in svg.cpp.
  void line(Point from, Point to, std::string_view style);
  /// A line with a head at its end.
  void arrow(Point from, Point to, std::string_view style);
  void cross(Point at, std::string_view style);
  void box(Point corner, int width, int height, std::string_view style);
  void text(Point at, Anchor anchor, std::string_view text, std::string_view style);

 private:
  std::ostream& out_;
};

}  // namespace once::trace
