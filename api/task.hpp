#pragma once
// How the api waits: coroutines on a connection's own io_context. Each io_context has one thread, so what runs in a
// Task needs neither locks nor strands as long as it touches its own connection only.
//
// House rules (gcc 12 miscompiles both): never write a capturing lambda and a co_await in one expression, nor a
// co_await inside the braces of an initialiser. Name the lambda, or the result, first: `auto job = [&] { … }; auto rows
// = co_await pool.run(std::move(job));`

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace alforis::api {

/// The executor of every connection, by its concrete type: the type-erased default costs an allocation and two virtual
/// calls per operation.
using Executor = boost::asio::io_context::executor_type;

/// A coroutine on a connection's executor. Started by the caller's co_await, on the caller's thread.
template <class T>
using Task = boost::asio::awaitable<T, Executor>;

/// The completion token that makes an Asio operation a Task.
inline constexpr boost::asio::use_awaitable_t<Executor> use_task{};

}  // namespace alforis::api
