/// Version macros and forward declarations of the public templates; includes nothing, costs
/// nothing.
#pragma once

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
