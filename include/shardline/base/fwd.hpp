// SPDX-License-Identifier: BSL-1.0
/// Version macros and forward declarations of the public templates; includes nothing, costs
/// nothing. Every header reaches it before its own first line, and so does a compiler that is too
/// old for them.
#pragma once

#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#error "shardline needs C++20: -std=c++20, /std:c++20, or CMAKE_CXX_STANDARD 20"
// Compilers read on after an error, and would find thousands: a missing file stops them.
#include <C++20, which shardline needs>
#endif

#define SHARDLINE_VERSION_MAJOR 0
#define SHARDLINE_VERSION_MINOR 1
#define SHARDLINE_VERSION_PATCH 0

namespace shardline {

// base
enum class precision : unsigned char;
struct weight_format;
template <int N>
struct dual;

// describe
struct datasheet;
template <class T>
struct basic_constant;
template <class T, class Efficiency>
struct basic_accelerator;
template <class T, class Efficiency>
struct basic_cluster;
template <class T>
struct basic_workload;
struct model;
struct layout;

// cost
template <class T>
struct basic_step;

// estimate
template <class T>
struct basic_time;
template <class T>
struct basic_memory;
template <class T>
struct basic_serving;
template <class T>
struct basic_estimate;
struct report;

}  // namespace shardline
