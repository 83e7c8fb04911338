# Compiler and linker settings shared by every target.
find_program(ALFORIS_CCACHE ccache)
if(ALFORIS_CCACHE)
  # Paths are hashed relative to the sources, so that every build directory and every clone shares what is compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=locale,time_macros,include_file_mtime,include_file_ctime ${ALFORIS_CCACHE})
endif()
find_program(ALFORIS_MOLD mold)
if(ALFORIS_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 reports false positives of these in -O2 builds of Boost and the standard library: of the first group for
  # every short std::string that grows, of the last for the frames of Asio's coroutines.
  add_compile_options(-Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  add_compile_options(-Wno-maybe-uninitialized -Wno-dangling-pointer -Wno-mismatched-new-delete)
endif()
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE} -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
# Invariants stay checked in every build: an assertion that only debug builds know protects nobody.
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")

if(ALFORIS_SANITIZE)
  add_compile_options(-fsanitize=${ALFORIS_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ALFORIS_SANITIZE})
  if(ALFORIS_SANITIZE MATCHES "thread")
    add_compile_options(-O1)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      add_compile_options(-Wno-tsan)  # Asio's fences, which gcc 12 cannot follow
    endif()
  else()
    # Nearly every member access gets these four checks: a third of the compile time, for what AddressSanitizer and the
    # processor see by themselves (null, object-size), x86 allows (alignment; values are read with memcpy), or next to no
    # code here does (vptr: casts to derived classes). Fuzzing has them.
    add_compile_options(-fno-sanitize=null,object-size,vptr,alignment)
  endif()
endif()

# A library without sources yet is an interface library, so that the folders can be filled in any order.
function(alforis_library name)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/programs/main\\.cpp$")
  if(sources)
    add_library(alforis_${name} STATIC ${sources})
    target_include_directories(alforis_${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(alforis_${name} PUBLIC ${ARG_LINKS})
    # Included, not precompiled: a precompiled header saves half a second a file here and would end the sharing by ccache.
    target_compile_options(alforis_${name} PRIVATE -include ${PROJECT_SOURCE_DIR}/cmake/prelude.hpp)
  else()
    add_library(alforis_${name} INTERFACE)
    target_include_directories(alforis_${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(alforis_${name} INTERFACE ${ARG_LINKS})
  endif()
endfunction()
