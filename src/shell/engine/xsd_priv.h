/* SPDX-License-Identifier: Apache-2.0 */
/* engine/xsd_priv.h -- a schema from its files.
 *
 * In : the path of the file that names all others.
 * Out: the schema, compiled.
 * Not: files that lie elsewhere: what a schema names by http is not fetched.
 */
#ifndef TW_ENGINE_XSD_PRIV_H
#define TW_ENGINE_XSD_PRIV_H

#include "message/xml.h"

/* The errors of tw_xml_schema_new and tw_file_in_all; faults name the file in their note. */
tw_err xsd_open(const char *path, struct tw_xml_schema **ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
