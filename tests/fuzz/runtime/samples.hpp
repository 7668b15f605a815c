// Values to begin with, one of each root type.
#pragma once

#include "roots.hpp"

namespace once::fuzz {

template <class T>
T sample();

template <>
shapes::Basics sample();
template <>
shapes::Texts sample();
template <>
shapes::Lists sample();
template <>
shapes::Options sample();
template <>
shapes::Maps sample();
template <>
shapes::Choices sample();
template <>
shapes::Recursive sample();
template <>
shapes::References sample();
template <>
shapes::Everything sample();
template <>
graphs::Garden sample();
template <>
graphs::Anything sample();

}  // namespace once::fuzz
