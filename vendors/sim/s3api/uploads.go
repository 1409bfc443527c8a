package s3api

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"

	"buckethead/vendors/sim/kit"
)

// upload is a multipart upload that is under way.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
type upload struct {
	key    string
	header http.Header // of the object
	parts  map[int]Object
}

// smallestPart is what all parts but the last must have.
const smallestPart = 5 << 20

// upload carries out the operations of multipart uploads.
func (a API) upload(b *Bucket, q *Request) (kit.Answer, *Error) {
	id := q.URL.Query().Get("uploadId")
	u := b.uploads[id]
	if q.Op != "CreateMultipartUpload" && (u == nil || u.key != q.Key) {
		return refuse(noSuchUpload)
	}
	switch q.Op {
	case "CreateMultipartUpload":
		b.drawn++
		id = kit.HexHash(fmt.Sprintf("%s/%s %d", q.Bucket, q.Key, b.drawn))[:32]
		b.uploads[id] = &upload{q.Key, q.Header, map[int]Object{}}
		return document(struct {
			XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ InitiateMultipartUploadResult"`
			Bucket, Key, UploadId string
		}{Bucket: q.Bucket, Key: q.Key, UploadId: id}), nil
	case "UploadPart":
		n, err := strconv.Atoi(q.URL.Query().Get("partNumber"))
		if err != nil || n < 1 || n > 10000 {
			return refuse(bad("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive"))
		}
		part := NewObject(q.body, nil, a.Now())
		u.parts[n] = part
		out := kit.NewAnswer(http.StatusOK, "", nil)
		out.Header.Set("ETag", part.ETag)
		for name, value := range q.sums {
			out.Header.Set(name, value)
		}
		return out, nil
	case "AbortMultipartUpload":
		delete(b.uploads, id)
		return kit.NewAnswer(http.StatusNoContent, "", nil), nil
	}
	return a.complete(b, q, id, u)
}

// complete is https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
func (a API) complete(b *Bucket, q *Request, id string, u *upload) (kit.Answer, *Error) {
	var in struct {
		XMLName xml.Name `xml:"CompleteMultipartUpload"`
		Part    []struct {
			PartNumber int
			ETag       string
		}
	}
	if err := xml.Unmarshal(q.body, &in); err != nil || len(in.Part) == 0 {
		return refuse(malformedXML)
	}
	var body, digests bytes.Buffer
	for i, p := range in.Part {
		part, there := u.parts[p.PartNumber]
		switch {
		case !there || p.ETag != part.ETag && `"`+p.ETag+`"` != part.ETag:
			return refuse(bad("InvalidPart", "One or more of the specified parts could not be found."))
		case i > 0 && p.PartNumber <= in.Part[i-1].PartNumber:
			return refuse(bad("InvalidPartOrder", "The list of parts was not in ascending order."))
		case i < len(in.Part)-1 && len(part.Body) < smallestPart:
			return refuse(bad("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"))
		}
		body.Write(part.Body)
		sum := md5.Sum(part.Body)
		digests.Write(sum[:])
	}
	made := NewObject(body.Bytes(), u.header, a.Now())
	sum := md5.Sum(digests.Bytes())
	made.ETag = fmt.Sprintf(`"%s-%d"`, hex.EncodeToString(sum[:]), len(in.Part))
	b.Objects[q.Key] = made
	delete(b.uploads, id)
	return document(struct {
		XMLName           xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CompleteMultipartUploadResult"`
		Bucket, Key, ETag string
	}{Bucket: q.Bucket, Key: q.Key, ETag: made.ETag}), nil
}
