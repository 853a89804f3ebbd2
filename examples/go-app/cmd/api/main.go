// Command api takes jobs over HTTP.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"

	"example.com/go-app/internal/queue"
)

func main() {
	jobs := queue.New(1000)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /jobs", func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Text string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		job, err := jobs.Add(body.Text)
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		answer(w, http.StatusCreated, job)
	})
	mux.HandleFunc("POST /jobs/take", func(w http.ResponseWriter, _ *http.Request) {
		job, ok := jobs.Take()
		if !ok {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(w, http.StatusOK, job)
	})
	address := ":8080"
	if port := os.Getenv("PORT"); port != "" {
		address = ":" + port
	}
	log.Printf("api listens on %s", address)
	log.Fatal(http.ListenAndServe(address, mux))
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Print(err)
	}
}
