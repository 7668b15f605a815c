#include "trace/svg.hpp"

#include <cmath>
#include <ostream>

namespace once::trace {
namespace {

constexpr std::string_view kStyle = R"(<style>
text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:#1f2328}
.halo{paint-order:stroke;stroke:#ffffff;stroke-width:4px;stroke-linejoin:round}
.small{font-size:11px;fill:#59636e}
.name{font-size:14px;font-weight:600}
.heading{font-size:16px;font-weight:600}
.strong{font-weight:600}
.bad{fill:#b42318}
.paper{fill:#ffffff}
.head{fill:#eef2f6;stroke:#8c959f}
.life{stroke:#8c959f;stroke-width:1.5}
.gap{stroke:#8c959f;stroke-dasharray:2 4}
.message{stroke:#0b62c4;stroke-width:1.5;fill:none}
.answer{stroke:#1a7f4b;stroke-width:1.5;fill:none}
.copy{stroke-dasharray:5 3}
.unknown{stroke-dasharray:2 3}
.cross{stroke:#b42318;stroke-width:2.5;fill:none}
.runs{fill:#f2d58a;stroke:#8a6100}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.halo{stroke:#0d1117}
.small{fill:#9aa4af}
.bad{fill:#ff8a7a}
.paper{fill:#0d1117}
.head{fill:#1c2430;stroke:#6e7781}
.life,.gap{stroke:#6e7781}
.message{stroke:#6cb0ff}
.answer{stroke:#56d98f}
.cross{stroke:#ff8a7a}
.runs{fill:#6b5216;stroke:#e0b64c}
}
</style>
)";

const char* name_of(Svg::Anchor anchor) {
  switch (anchor) {
    case Svg::Anchor::Start: return "start";
    case Svg::Anchor::Middle: return "middle";
    case Svg::Anchor::End: return "end";
  }
  return "start";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    switch (letter) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += letter;
    }
  }
  return result;
}

Svg::Svg(std::ostream& out, int width, int height, std::string_view title) : out_(out) {
  out_ << R"(<svg xmlns="http://www.w3.org/2000/svg" width=")" << width << R"(" height=")" << height
       << R"(" viewBox="0 0 )" << width << " " << height << R"(" role="img">)"
       << "\n<title>" << escaped(title) << "</title>\n"
       << kStyle;
  box({0, 0}, width, height, "paper");
}

Svg::~Svg() {
  out_ << "</svg>\n";
}

void Svg::open(std::string_view tooltip) {
  out_ << "<g><title>" << escaped(tooltip) << "</title>\n";
}

void Svg::close() {
  out_ << "</g>\n";
}

void Svg::line(Point from, Point to, std::string_view style) {
  out_ << "<line class=\"" << style << "\" x1=\"" << from.x << "\" y1=\"" << from.y << "\" x2=\"" << to.x
       << "\" y2=\"" << to.y << "\"/>\n";
}

void Svg::arrow(Point from, Point to, std::string_view style) {
  // The head: two strokes of nine units, a little to both sides of the line.
  const double length = std::max(1.0, std::hypot(to.x - from.x, to.y - from.y));
  const double ux = (to.x - from.x) / length, uy = (to.y - from.y) / length;
  const auto at = [&](double side) {
    return Point{static_cast<int>(std::lround(to.x - 9 * ux + side * uy)),
                 static_cast<int>(std::lround(to.y - 9 * uy - side * ux))};
  };
  const Point one = at(4), other = at(-4);
  line(from, to, style);
  const std::string head{style.substr(0, style.find(' '))};  // never dashed
  out_ << "<path class=\"" << head << "\" d=\"M" << one.x << " " << one.y << "L" << to.x << " " << to.y << "L"
       << other.x << " " << other.y << "\"/>\n";
}

void Svg::cross(Point at, std::string_view style) {
  constexpr int kArm = 6;
  line({at.x - kArm, at.y - kArm}, {at.x + kArm, at.y + kArm}, style);
  line({at.x - kArm, at.y + kArm}, {at.x + kArm, at.y - kArm}, style);
}

void Svg::box(Point corner, int width, int height, std::string_view style) {
  out_ << "<rect class=\"" << style << "\" x=\"" << corner.x << "\" y=\"" << corner.y << "\" width=\""
       << width << "\" height=\"" << height << "\"/>\n";
}

void Svg::text(Point at, Anchor anchor, std::string_view text, std::string_view style) {
  out_ << "<text class=\"" << style << "\" x=\"" << at.x << "\" y=\"" << at.y << "\" text-anchor=\""
       << name_of(anchor) << "\">" << escaped(text) << "</text>\n";
}

}  // namespace once::trace
