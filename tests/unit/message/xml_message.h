/* SPDX-License-Identifier: Apache-2.0 */
/* message/xml_message.h -- messages for tests: written down here, read and written again by the library. */
#ifndef TW_TESTS_XML_MESSAGE_H
#define TW_TESTS_XML_MESSAGE_H

#include "message/xml_read.h"
#include "message/xml_same.h"
#include "message/xml_write.h"
#include "xml_text.h"

#define MD  "urn:wco:datamodel:WCO:DocumentMetaData-DMS:2"
#define DEC "urn:wco:datamodel:WCO:DEC-DMS:2"
#define DS  "urn:wco:datamodel:WCO:Declaration_DS:DMS:2"

/* A declaration with that inside. */
#define DECLARATION(inner)                                                                                   \
    "<md:MetaData xmlns:md='" MD "' xmlns='" DEC "' xmlns:p1='" DS "'><md:WCOTypeName>DEC</md:WCOTypeName>"  \
    "<Declaration>" inner "</Declaration></md:MetaData>"
#define SHIPMENT(inner) DECLARATION("<GoodsShipment>" inner "</GoodsShipment>")
#define ITEM(inner)                                                                                          \
    SHIPMENT("<GovernmentAgencyGoodsItem><SequenceNumeric>1</SequenceNumeric>" inner                         \
             "</GovernmentAgencyGoodsItem>")

struct xml_house {
    struct tw_xml *xml, *again;
    struct tw_xml_reader *reader;
    struct tw_xml_writer *writer;
    struct tw_arena *arena, *work;
    struct tw_xml_reading reading;
    struct tw_fault fault;
    struct tw_buf out;
};

static inline void xml_house_open(struct xml_house *h)
{
    *h = (struct xml_house){.xml = NULL};
    CHECK(tw_xml_new(NULL, &h->xml, NULL) == TW_OK && tw_xml_new(NULL, &h->again, NULL) == TW_OK);
    CHECK(tw_xml_reader_new(0, &h->reader, NULL) == TW_OK && tw_xml_writer_new(&h->writer, NULL) == TW_OK);
    CHECK(tw_arena_new(64 << 20, &h->arena) == TW_OK && tw_arena_new(64 << 20, &h->work) == TW_OK);
}

static inline void xml_house_close(struct xml_house *h)
{
    tw_xml_free(h->xml);
    tw_xml_free(h->again);
    tw_xml_reader_free(h->reader);
    tw_xml_writer_free(h->writer);
    tw_arena_free(h->arena);
    tw_arena_free(h->work);
    tw_buf_free(&h->out);
}

#define XML_HOUSE __attribute__((cleanup(xml_house_close))) struct xml_house

static inline tw_err xml_house_read(struct xml_house *h, struct tw_str text)
{
    memset(&h->fault, 0, sizeof h->fault);
    tw_arena_reset(h->arena);
    const tw_err err = xml_feed(h->xml, text, SIZE_MAX, &h->fault);
    return err != TW_OK ? err : tw_xml_read(h->reader, h->xml, h->arena, &h->reading, &h->fault);
}

static inline void xml_house_write(struct xml_house *h)
{
    size_t left = 9;
    tw_buf_clear(&h->out);
    tw_arena_reset(h->work);
    CHECK(tw_xml_write(h->writer, h->reading.decl, h->work, &h->out, &left, &h->fault) == TW_OK && left == 0);
}

/* What was read and written holds all of the message, and nothing else. */
static inline void xml_house_same(struct xml_house *h)
{
    struct tw_xml_difference d;
    xml_house_write(h);
    CHECK(xml_feed(h->again, tw_buf_view(&h->out), SIZE_MAX, NULL) == TW_OK);
    const tw_err err = tw_xml_compare(h->xml, h->again, &d, &h->fault);
    if (err != TW_OK || d.missing + d.added > 0)
        printf("# %s: %u missing, %u added, %s\n# %.*s\n", tw_err_name(err), d.missing, d.added, d.first,
               TW_STR_ARG(tw_buf_view(&h->out)));
    CHECK(err == TW_OK && d.missing == 0 && d.added == 0 && d.first[0] == '\0');
    CHECK(d.elements == h->reading.elements);
}

#endif
