"""Names of edXML: its namespace, those that some systems write instead, and which elements a parent has in which order.

The standard's own spelling is kept: `Bussiness`, `TyperNotation`, `PromulgationAmount`.
"""

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
ALSO_KNOWN = frozenset({"http://www.go.vn/eDoc"})
PREFIX = "edXML"
ENVELOPE_ID = "envelope"

ROOT = "edXML"
ENVELOPE = "edXMLEnvelope"
ENCODED = "AttachmentEncoded"
# Each at most once in a file, at one place: a second one is how one thing is signed and another one read.
STRUCTURE = frozenset(
    {ENVELOPE, "edXMLHeader", "edXMLBody", "MessageHeader", "TraceHeaderList", "edXMLManifest", ENCODED}
)

ORGANISATION = (
    "OrganId", "OrganizationInCharge", "OrganName", "OrganAdd", "Email", "Telephone", "Fax", "Website",
)  # fmt: skip
STAFF = ("Department", "Staff", "Email", "Mobile")
RESPONSE = ("OrganId", "Code", "DocumentId", "PromulgationDate")
OTHER = (
    "Priority", "SphereOfPromulgation", "TyperNotation", "PromulgationAmount", "PageAmount", "Direction", "Appendixes",
)  # fmt: skip
HEADER = (
    "From", "To", "DocumentId", "Code", "PromulgationInfo", "DocumentType", "Subject", "Content", "SignerInfo",
    "DueDate", "OtherInfo", "ResponseFor", "ResponseForTask", "ApplicationType", "ReferenceCodes", "SteeringType",
    "ToPlaces",
)  # fmt: skip
STATUS_HEADER = ("From", "To", "ResponseFor", "StaffInfo", "StatusCode", "Description", "Timestamp")
BUSINESS = (
    "DocumentId", "BussinessDocType", "BussinessDocReason", "Paper", "BussinessDocumentInfo", "ReplacementInfoList",
    "StaffInfo",
)  # fmt: skip
REFERENCE = ("ContentId", "ContentType", "Description", "AttachmentName")
