# Everything comes from Debian's packages (tools/packages.txt); nothing is vendored.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(ICU 72 REQUIRED COMPONENTS uc i18n)
find_package(Boost 1.81 REQUIRED COMPONENTS url)
find_package(simdjson 3.0 REQUIRED)
find_package(GTest REQUIRED)
find_package(Protobuf REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG)
find_package(CLI11 REQUIRED CONFIG)
find_package(spdlog REQUIRED CONFIG)
pkg_check_modules(PQ REQUIRED libpq)
pkg_check_modules(RDKAFKA REQUIRED rdkafka)
pkg_check_modules(ARGON2 REQUIRED libargon2)
pkg_check_modules(JEMALLOC REQUIRED jemalloc)

function(alforis_imported name)
  add_library(${name} INTERFACE)
  target_link_libraries(${name} INTERFACE ${ARGN})
endfunction()
alforis_imported(pq ${PQ_LINK_LIBRARIES})
alforis_imported(rdkafka ${RDKAFKA_LINK_LIBRARIES})
alforis_imported(argon2 ${ARGON2_LINK_LIBRARIES})
if(ALFORIS_SANITIZE)
  alforis_imported(allocator)  # sanitizers bring their own
else()
  alforis_imported(allocator -Wl,--no-as-needed ${JEMALLOC_LINK_LIBRARIES} -Wl,--as-needed)
endif()
alforis_imported(rocksdb /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/librocksdb.so)
alforis_imported(stemmer /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/libstemmer.so)
alforis_imported(prometheus prometheus-cpp::core)

# Debian's libphonenumber-dev depends on Boost 1.74's packages, which cannot stand beside 1.81: tools/setup unpacks its
# headers into .deps/ and the shared library comes from libphonenumber8.
find_path(PHONENUMBER_INCLUDE phonenumbers/phonenumberutil.h
          PATHS ${PROJECT_SOURCE_DIR}/.deps/phonenumber/usr/include REQUIRED)
find_library(PHONENUMBER_LIBRARY NAMES phonenumber libphonenumber.so.8 REQUIRED
             PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
alforis_imported(phonenumber ${PHONENUMBER_LIBRARY} protobuf::libprotobuf)
target_include_directories(phonenumber SYSTEM INTERFACE ${PHONENUMBER_INCLUDE})
